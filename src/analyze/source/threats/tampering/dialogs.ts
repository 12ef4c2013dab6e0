// Threats by dialogues that look like the system's and ask for a password.
import { isCloselyRead } from '../closeness.ts';
import { CLIENT, CONNECTION, EXEC, is, WRITE } from '../flow/kinds.ts';
import { shapeOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Report, Scene } from '../scene.ts';
import { propertyTexts } from '../flow/sources.ts';

const MAY_ASK =
  /hidden answer|--password|--hide-text|PromptForCredential|Get-Credential|CredUIPrompt|AsSecureString|authonly/i;
const FORGED =
  /display dialog[\s\S]{0,800}with hidden answer|with hidden answer[\s\S]{0,200}display dialog/i;
const WINDOWS =
  /\bPromptForCredential\b|\bGet-Credential\b(?!-)|\bCredUIPromptFor\w{0,30}|Read-Host\b[^\n]{0,80}-AsSecureString/i;
const LINUX = /\b(?:zenity|kdialog|yad|qarma|matedialog)\b[^\n]{0,200}--(?:password|hide-text)\b/;
const TESTED = /\bdscl\b[^\n]{0,80}\bauthonly\b/;
/** Programs whose work it is to ask for a password. */
const ASKS = /askpass|\bsudo\b|\bssh\b|passwords?|credentials?|keychain|\bvaults?\b|\blogins?\b/i;

/** What only the system, or somebody in its name, asks for. */
const OF_SYSTEM =
  /\b(?:mac ?os|system|settings|device|computer|this mac|admin\w*|keychain|windows|updat\w*|security|install\w*|helper|log ?in|apple|icloud|unlock your)\b/i;
const OF_ITSELF = 'A dialogue of the package asks for a password, and the code gets what is typed.';

export function findDialogs(scene: Scene): void {
  if (!MAY_ASK.test(scene.file.text) || !isCloselyRead(scene.pkg)) return;
  const told: Report = {
    ruleId: 'forged-password-dialog',
    severity: severityOf(scene),
    message:
      'A dialogue that looks like the system’s asks for a password, and the code gets what is typed.',
  };
  for (const node of scene.model.strings) {
    const text = shapeOf(scene.model, node) ?? '';
    if (FORGED.test(text) && isOfItself(scene, text))
      report(scene, node, { ...told, severity: 'moderate', message: OF_ITSELF });
    else if (FORGED.test(text) || WINDOWS.test(text)) report(scene, node, told);
  }
  for (const { call, name, args } of scene.calls) {
    if (!is(name, EXEC)) continue;
    const line = `${shapeOf(scene.model, args[0]) ?? ''} ${propertyTexts(scene.flow, args[1])}`;
    if (LINUX.test(line)) report(scene, call, told);
    if (TESTED.test(line))
      report(scene, call, { ...told, message: 'A password is tried out on the user’s account.' });
  }
}

/** It says whose password it wants, and that is the package's own service: "your acme master password". */
const isOfItself = ({ declared }: Scene, text: string): boolean =>
  !OF_SYSTEM.test(text) && declared.words.some((word) => text.toLowerCase().includes(word));

function severityOf(scene: Scene): Report['severity'] {
  const { name, manifest } = scene.pkg;
  if (ASKS.test(`${name} ${manifest.description ?? ''}`)) return 'moderate';
  const isKept = scene.calls.some((one) => is(one.name, CLIENT | CONNECTION | WRITE));
  return isKept || /osascript|dscl|display dialog/.test(scene.file.text) ? 'critical' : 'high';
}
