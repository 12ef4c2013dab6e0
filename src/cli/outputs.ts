// Writes every report that was asked for, then the one on standard output.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VetError } from '../errors.ts';
import { jsonText } from '../render/json.ts';
import { renderText } from '../render/text.ts';
import type { VetResult } from '../types.ts';
import type { Io } from './io.ts';

export interface OutputFlags {
  json?: boolean;
  sarif?: string;
  html?: string;
  markdown?: string;
  sbom?: string;
  annotations?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
}

export async function writeOutputs(result: VetResult, flags: OutputFlags, io: Io): Promise<void> {
  const failures: unknown[] = [];
  for (const [file, render] of filesOf(flags, io.cwd)) {
    try {
      await write(path.resolve(io.cwd, file), await render(result));
    } catch (error) {
      failures.push(error);
    }
  }
  if (flags.annotations === true) {
    const { renderAnnotations } = await import('../render/annotations.ts');
    io.stderr.write(renderAnnotations(result));
  }
  if (flags.json === true) {
    io.stdout.write(jsonText(result));
  } else {
    const options = {
      isTerminal: io.stdout.isTerminal,
      env: io.env,
      isOff: !flags.color,
      width: io.stdout.columns,
      isVerbose: flags.verbose === true,
      isQuiet: flags.quiet === true,
    };
    const { allRuleTexts } = await import('../checks/index.ts');
    io.stdout.write(renderText(result, options, allRuleTexts()));
  }
  if (failures.length > 0) throw failures[0];
}

type Renderer = (result: VetResult) => Promise<string>;

function filesOf(flags: OutputFlags, root: string): [string, Renderer][] {
  const wanted: [string | undefined, Renderer][] = [
    [flags.sarif, (result) => sarif(result, root)],
    [flags.html, page],
    [
      flags.markdown,
      async (result) => (await import('../render/markdown.ts')).renderMarkdown(result),
    ],
    [flags.sbom, async (result) => (await import('../render/sbom.ts')).renderSbom(result)],
  ];
  return wanted.flatMap(([file, render]): [string, Renderer][] =>
    file === undefined ? [] : [[file, render]],
  );
}

async function sarif(result: VetResult, root: string): Promise<string> {
  const { renderSarif } = await import('../render/sarif.ts');
  const { allRuleTexts } = await import('../checks/index.ts');
  return renderSarif(result, allRuleTexts(), root);
}

async function page(result: VetResult): Promise<string> {
  const { renderHtml } = await import('../render/html/index.ts');
  const { allRuleTexts } = await import('../checks/index.ts');
  return renderHtml(result, allRuleTexts());
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    throw new VetError('unreadable', `${path.basename(file)} could not be written.`, {
      hint: 'Check the folder and its permissions.',
      cause,
    });
  }
}
