// Threats by dialogues that look like the system's and ask for a password.
import { isCloselyRead } from './closeness.ts';
import { CLIENT, CONNECTION, EXEC, is, WRITE } from './kinds.ts';
import { shapeOf } from './names.ts';
import { report } from './scene.ts';
import type { Report, Scene } from './scene.ts';
import { propertyTexts } from './sources.ts';

const MAY_ASK =
  /hidden answer|--password|--hide-text|PromptForCredential|Get-Credential|CredUIPrompt|AsSecureString|authonly/i;
const FORGED =
  /display dialog[\s\S]{0,800}with hidden answer|with hidden answer[\s\S]{0,200}display dialog/i;
const WINDOWS =
  /\bPromptForCredential\b|\bGet-Credential\b|\bCredUIPromptFor\w{0,30}|Read-Host\b[^\n]{0,80}-AsSecureString/i;
const LINUX = /\b(?:zenity|kdialog|yad|qarma|matedialog)\b[^\n]{0,200}--(?:password|hide-text)\b/;
const TESTED = /\bdscl\b[^\n]{0,80}\bauthonly\b/;
/** Programs whose work it is to ask for a password. */
const ASKS = /askpass|\bsudo\b|\bssh\b|passwords?|credentials?|keychain|\bvaults?\b|\blogins?\b/i;

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
    if (FORGED.test(text) || WINDOWS.test(text)) report(scene, node, told);
  }
  for (const { call, name, args } of scene.calls) {
    if (!is(name, EXEC)) continue;
    const line = `${shapeOf(scene.model, args[0]) ?? ''} ${propertyTexts(scene.flow, args[1])}`;
    if (LINUX.test(line)) report(scene, call, told);
    if (TESTED.test(line))
      report(scene, call, { ...told, message: 'A password is tried out on the user’s account.' });
  }
}

function severityOf(scene: Scene): Report['severity'] {
  const { name, manifest } = scene.pkg;
  if (ASKS.test(`${name} ${manifest.description ?? ''}`)) return 'moderate';
  const isKept = scene.calls.some((one) => is(one.name, CLIENT | CONNECTION | WRITE));
  return isKept || /osascript|dscl|display dialog/.test(scene.file.text) ? 'critical' : 'high';
}
