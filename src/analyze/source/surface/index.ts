// What the server shows a model: tools, prompts, resources, instructions, read from its source.
import type { SurfaceFact } from '../../../types.ts';
import type { ServerSource } from '../package-context.ts';

export function extractSurface(_server: ServerSource): SurfaceFact {
  return { tools: [], texts: [], isComplete: false, reason: 'tools are not extracted yet' };
}
