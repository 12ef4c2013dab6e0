// Containers that get folders of the host, or all of it.
import { optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { arrivals, partsOf, type Fault, type ToolContext } from './faults.ts';
import { isContained } from './paths.ts';

const ENGINE = /dockerode|docker-|podman|testcontainers|@kubernetes\/client-node|kubernetes-client/;
const ENGINE_PROGRAM = /(?:^|[/\\])(?:docker|podman|nerdctl)(?:\.exe)?$/;
const MOUNT_FLAG = /^(?:-v|--volume|--mount)$/;
const WHOLE_HOST = /^(?:\/|\/:\/?.*|type=bind,(?:source|src)=\/,.*)$/;
const SOCKET = /docker\.sock|containerd\.sock|podman\.sock/;

export function containerFault(use: Use, tool: ToolContext): Fault | undefined {
  const parts = partsOfContainer(use);
  if (parts.length === 0) return undefined;
  const mounts = parts.filter(({ isMount }) => isMount).map(({ value }) => value);
  return (
    openMount(use, mounts, tool) ??
    (parts.some(({ isPrivileged }) => isPrivileged) || mounts.some(isWholeHost)
      ? { ...TEXT, severity: 'high', confidence: 'high', message: IS_HOST }
      : mounts.some((value) => SOCKET.test(beginning(value)))
        ? { ...TEXT, severity: 'moderate', confidence: 'medium', message: HAS_SOCKET }
        : undefined)
  );
}

const TEXT = { ruleId: 'container-host-access' } as const;
const IS_HOST =
  'A tool starts a container that has the whole host: privileged, or with its root folder';
const HAS_SOCKET = 'A tool starts a container that can command the container engine of the host';
const FROM_ARGUMENT = 'A tool argument decides which folder of the host a container gets';

interface Part {
  value: Value;
  isMount: boolean;
  isPrivileged: boolean;
}

function partsOfContainer(use: Use): Part[] {
  const [program] = use.args;
  if (ENGINE_PROGRAM.test(textOf(program) ?? '')) return lineParts(use.args[1]);
  if (!ENGINE.test(use.name)) return [];
  const found: Part[] = [];
  for (const arg of use.args) {
    for (const [key, value] of partsOf(arg)) {
      const isPrivileged =
        /^privileged$/i.test(key) && value.kind === 'literal' && value.value === true;
      const isList = value.kind === 'array' || value.kind === 'object';
      const isMount =
        !isList && /^(?:Binds|Source|hostPath|path)$/.test(key) && isHostPath(use, key);
      if (isPrivileged || isMount) found.push({ value, isMount, isPrivileged });
    }
  }
  return found;
}

/** `path` is one of the host only in a volume of a pod. */
const isHostPath = (use: Use, key: string) =>
  key !== 'path' || use.args.some((arg) => [...partsOf(arg)].some(([name]) => name === 'hostPath'));

/** `docker run -v folder:/data --privileged image` */
function lineParts(list: Value | undefined): Part[] {
  if (list?.kind !== 'array') return [];
  return list.items.flatMap((value, at): Part[] => {
    const before = textOf(list.items[at - 1]) ?? '';
    const text = beginning(value);
    if (text === '--privileged') return [{ value, isMount: false, isPrivileged: true }];
    const isMount = MOUNT_FLAG.test(before) || /^(?:--volume|-v|--mount)=/.test(text);
    return isMount ? [{ value, isMount, isPrivileged: false }] : [];
  });
}

function openMount(use: Use, mounts: readonly Value[], tool: ToolContext): Fault | undefined {
  for (const value of mounts) {
    const open = arrivals(use, value, tool, ['basename', 'stripped']).find(
      (arrival) => !arrival.isTyped && !isContained(arrival, value),
    );
    // What is mounted is all before the first colon.
    const text = beginning(value);
    if (!open || /^(?:[^:$]{2,}|[A-Za-z]:[^:]*):/.test(text)) continue;
    const { taint } = open;
    return { ...TEXT, severity: 'high', confidence: 'medium', message: FROM_ARGUMENT, taint };
  }
  return undefined;
}

const isWholeHost = (value: Value) => WHOLE_HOST.test(beginning(value));

/** What is written out at its beginning. */
function beginning(value: Value): string {
  const [first = value] = optionsOf(value);
  return textOf(first) ?? (first.kind === 'text' ? (textOf(first.parts[0]) ?? '') : '');
}
