// What the texts of a server say between the lines; the same texts are looked at once.
import path from 'node:path';
import { observeTexts } from '../analyze/text/index.ts';
import { freshFile } from '../collect/fresh-file.ts';
import type { Fact, Facts, PackageAnalysis, TextObservation } from '../types.ts';
import { buildStamp } from './remembered.ts';
import type { Session } from './session.ts';

export async function textsOf(
  { surface }: PackageAnalysis,
  run: Fact<Facts['run']>,
  session: Session,
): Promise<Fact<Facts['texts']>> {
  const seen = run.known ? run.value : { tools: [], texts: [] };
  const names = [...new Set([...surface.tools, ...seen.tools].map((tool) => tool.name))];
  const texts = [...surface.texts, ...seen.texts];
  const key = [buildStamp(), session.rulesDigest, texts, names];
  const file = freshFile(path.join(session.cacheDir, 'texts'), key);
  const known = await file.read(Infinity);
  if (isObservations(known)) return { known: true, value: known };
  const value = observeTexts(texts, names);
  await file.write(value);
  return { known: true, value };
}

function isObservations(value: unknown): value is TextObservation[] {
  return Array.isArray(value) && value.every((one) => Array.isArray(one?.verdict?.findings));
}
