// Prompts and resources, as calls and lists declare them -> records.
import type { CallEvent, Machine } from './eval/machine.ts';
import { UNKNOWN, optionsOf, textOf, type Value } from './eval/values.ts';
import type { ServerModel } from './model.ts';

export function addPrompt(it: Machine, model: ServerModel, event: CallEvent): void {
  const { args, name } = event;
  const kind = name.toLowerCase().includes('prompt') ? 'prompt' : 'resource';
  const [first = UNKNOWN] = args;
  const object = optionsOf(first).find((option) => option.kind === 'object');
  const title =
    textOf(first) ?? (object && (textOf(it.get(object, 'name')) ?? textOf(it.get(object, 'uri'))));
  const handlers = [...args, ...(object ? [it.get(object, 'load')] : [])].filter(
    (arg) => arg.kind === 'function',
  );
  if (title === undefined || (!object && args.length < 2)) return;
  const texts: Value[] = args.slice(object ? 0 : 1).filter((arg) => arg.kind !== 'function');
  for (const handler of handlers) {
    if (handler.kind === 'function') texts.push(it.callFunction(handler, [UNKNOWN]));
  }
  model.prompts.push({ kind, name: title, texts, file: event.file, node: event.node });
}

export function listOthers(
  it: Machine,
  model: ServerModel,
  result: Value,
  event: CallEvent,
  kind: 'prompt' | 'resource',
): void {
  for (const option of optionsOf(result)) {
    if (option.kind !== 'object') continue;
    for (const key of ['prompts', 'resources', 'resourceTemplates']) {
      const list = it.get(option, key);
      if (list.kind !== 'array') continue;
      for (const item of list.items) {
        const name = item.kind === 'object' ? textOf(it.get(item, 'name')) : undefined;
        model.prompts.push({
          kind,
          name: name ?? kind,
          texts: [item],
          file: event.file,
          node: event.node,
        });
      }
    }
  }
}

export function addPromptTexts(
  it: Machine,
  model: ServerModel,
  fn: Value & { kind: 'function' },
  event: CallEvent,
  kind: 'prompt' | 'resource',
): void {
  const texts = [it.callFunction(fn, [UNKNOWN])];
  model.prompts.push({
    kind,
    name: kind === 'prompt' ? 'prompts/get' : 'resources/read',
    texts,
    file: event.file,
    node: event.node,
  });
}
