// Characters that make code read other than it runs: turned directions, letters of another script.
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** Overrides and embeddings; an isolate that is closed on its line is how right-to-left text is quoted. */
const TURNS =
  /[\u202a-\u202e]|[\u2066-\u2068][^\u2069\n]{0,200}(?:\n|$)|\u2069[ \t]{0,3}[\u2066-\u2068]/;
const LOOKS_LATIN =
  /[\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u03bf\u03c1\u03bd\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7]/;
const MAX_CHARS = 1_000_000;

export function findMisleadingCharacters(scene: Scene): void {
  const { file, pkg } = scene;
  if (!pkg.isSubject || file.text.length > MAX_CHARS) return;
  if (TURNS.test(file.text)) findTurned(scene);
  if (LOOKS_LATIN.test(file.text)) findMixed(scene);
}

function findTurned(scene: Scene): void {
  for (const type of ['Literal', 'TemplateLiteral'] as const) {
    for (const node of scene.file.nodesOf(type)) {
      if (node.end - node.start > 2_000 || !TURNS.test(scene.file.textOf(node))) continue;
      report(scene, node, {
        ruleId: 'misleading-characters',
        severity: 'high',
        message:
          'Invisible characters turn the direction of the code, so that it reads other than it runs.',
      });
      return;
    }
  }
  const [first] = scene.model.program.body;
  if (!first || !/\/[/*][^\n]{0,300}[\u202a-\u202e\u2066-\u2069]/.test(scene.file.text)) return;
  report(scene, first, {
    ruleId: 'misleading-characters',
    severity: 'high',
    message:
      'Invisible characters turn the direction of the code, so that it reads other than it runs.',
  });
}

/** `isАdmin` with one letter that is Cyrillic; a name all in one script is a name. */
function findMixed(scene: Scene): void {
  for (const node of scene.file.nodesOf('Identifier')) {
    if (!LOOKS_LATIN.test(node.name) || !/[a-zA-Z]/.test(node.name)) continue;
    if (/[\u0400-\u04ff\u0370-\u03ff]{3}/.test(node.name)) continue;
    report(scene, node, {
      ruleId: 'misleading-characters',
      severity: 'high',
      message: 'A name holds a letter of another script that looks like a Latin one.',
    });
    return;
  }
}
