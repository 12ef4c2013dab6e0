// What the server shows a model: tools, prompts, resources, instructions, read from its source.
import type { SurfaceFact } from '../../../types.ts';
import type { ServerSource } from '../package-context.ts';
import { answerTexts } from './answers.ts';
import { capabilitiesOf } from './capabilities.ts';
import { toolOf } from './describe.ts';
import { looseTexts } from './loose-texts.ts';
import type { ServerModel } from './model.ts';
import { notesOf } from './notes.ts';
import { readServer } from './read-server.ts';
import { hasOpenList } from './shapes.ts';
import { textsOf } from './texts.ts';

/** Tools in the order of their names; every text a model may read. */
export function extractSurface(server: ServerSource): SurfaceFact {
  const model = readServer(server);
  const capabilities = capabilitiesOf(model.uses);
  const declared = model.tools
    .map((record) => ({ record, tool: toolOf(record, capabilities.get(record.name) ?? []) }))
    .sort(({ tool: a }, { tool: b }) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : (a.line ?? 0) - (b.line ?? 0),
    );
  const tools = declared.map(({ tool }) => tool);
  const reason = doubtOf(server, model);
  const notes = notesOf(model);
  const texts = textsOf(model, declared);
  const loose = looseTexts(server, texts);
  return {
    tools,
    texts: [...texts, ...loose, ...answerTexts(server, model, loose)],
    ...(notes.length === 0 ? {} : { notes }),
    ...(model.serverName === undefined ? {} : { serverName: model.serverName }),
    ...(model.serverVersion === undefined ? {} : { serverVersion: model.serverVersion }),
    isComplete: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

function doubtOf(server: ServerSource, model: ServerModel): string | undefined {
  const { tools, doubts } = model;
  if (tools.length === 0) {
    return doubts[0] ?? 'no declaration of tools could be found in the source';
  }
  const open = hasOpenList(model)
    ? 'the list of tools is put together when the server runs'
    : undefined;
  const first = doubts[0] ?? open;
  if (first !== undefined) {
    return `${first}; ${tools.length} definitions were read, there may be more`;
  }
  if (model.isStopped) return 'the source is too large to follow all of it';
  return server.isCut ? 'some of the source could not be read' : undefined;
}
