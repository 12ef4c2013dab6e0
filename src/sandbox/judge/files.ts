// Judges files outside the server's own: planted ones read, configurations of others written, limits passed.
import type { RunObservation, Severity } from '../../types.ts';
import type { BoxFile, BoxLimit, BoxListen, FileCategory } from '../isolation/types.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { JudgeContext } from './context.ts';
import { egressData } from './data.ts';
import { phaseOf } from './phase.ts';

const SECRET: readonly FileCategory[] = [
  'credential',
  'ssh',
  'wallet',
  'browser',
  'history',
  'agent-config',
];
// A line in one of these runs, or is obeyed, the next time that somebody starts something else.
const PERSISTENT: readonly FileCategory[] = [
  'ssh',
  'shell-profile',
  'agent-config',
  'editor-config',
  'git-hook',
  'autostart',
];
const DELICATE: readonly FileCategory[] = ['credential', 'wallet', 'browser', 'git-config', 'ci'];

export function judgeFiles(events: BoxFile[], context: JudgeContext): void {
  for (const event of events) {
    if (event.op === 'read') judgeRead(event, context);
    else judgeWrite(event, context);
  }
}

function judgeRead(event: BoxFile, context: JudgeContext): void {
  if (!event.isPlanted || !SECRET.includes(event.category)) return;
  const path = homePath(event);
  if (wasNamed(path, event, context)) return;
  // git, npm and dotenv read their own files wherever they run; what leaves is judged elsewhere.
  const isUsual = egressData().toolFiles.some((one) => path.startsWith(one));
  const severity: Severity = isUsual || isOwnFile(path, context) ? 'info' : 'high';
  const message = 'A planted file was read that nobody asked for';
  report(event, context, 'planted-secret-read', severity, message);
}

function judgeWrite(event: BoxFile, context: JudgeContext): void {
  if (event.category === 'project') return judgeProjectWrite(event, context);
  const isPersistent = PERSISTENT.includes(event.category);
  if (!isPersistent && !(DELICATE.includes(event.category) && event.isPlanted)) return;
  const path = homePath(event);
  if (wasNamed(path, event, context)) {
    const message = `A tool ${event.op === 'delete' ? 'deletes' : 'writes'} files outside the project when an argument names them`;
    return report(event, context, 'path-traversal-proved', 'moderate', message);
  }
  const isItsJob = context.options.stated.expectedCapabilities.some(
    (one) => one === 'agent-config' || one === 'editor-config' || one === 'git-hooks',
  );
  const severity = !isPersistent ? 'high' : isItsJob ? 'moderate' : 'critical';
  const message = `A file that configures other programs was ${event.op === 'delete' ? 'deleted' : 'written'}`;
  report(
    event,
    context,
    isPersistent ? 'writes-agent-config' : 'changes-credentials',
    severity,
    message,
  );
}

/** What was there before is the user's; a server whose function writes files is asked to change it. */
function judgeProjectWrite(event: BoxFile, context: JudgeContext): void {
  const writesFiles = context.options.stated.expectedCapabilities.some(
    (one) => one === 'file-write' || one === 'file-delete',
  );
  if (!event.isPlanted || writesFiles || context.hasSent(homePath(event))) return;
  const message = `A file of the project was ${event.op === 'delete' ? 'deleted' : 'changed'} that no call named`;
  report(event, context, 'changes-project-files', 'moderate', message);
}

/** A port of its own, open to the network: whoever reaches it talks to the server as well. */
export function judgeListeners(events: BoxListen[], context: JudgeContext): void {
  for (const { port, phase } of events.filter(({ isLocal }) => !isLocal)) {
    context.add({
      ruleId: 'listens-on-every-address',
      severity: 'moderate',
      confidence: 'high',
      check: 'network-egress',
      message: 'The server waits for connections on every address of the machine',
      phase: phaseOf(phase),
      excerpt: `port ${port}`,
    });
  }
}

function homePath(event: BoxFile): string {
  return event.path.replace(/^~\//, '').replace(/^\/home\/dev\//, '');
}

/** Whether a call of ours named the file, or a folder above it. */
function wasNamed(path: string, event: BoxFile, context: JudgeContext): boolean {
  if (phaseOf(event.phase) !== 'fuzz') return false;
  return context.hasSent(path) || (path.startsWith('project/') && context.hasSent('/project'));
}

function isOwnFile(path: string, context: JudgeContext): boolean {
  const entry = egressData().ownedFiles.find((one) => path.startsWith(one.path));
  return entry?.words.some((word) => context.nameWords.includes(word)) ?? false;
}

function report(
  event: BoxFile,
  context: JudgeContext,
  ruleId: string,
  severity: Severity,
  message: string,
): void {
  const { tool } = event;
  const written = event.excerpt === undefined ? '' : `: ${event.excerpt}`;
  context.add({
    ...{ ruleId, severity, confidence: 'high' },
    check: ruleId === 'path-traversal-proved' ? 'response-fuzzing' : 'network-egress',
    message: `${message} (${event.category})`,
    phase: phaseOf(event.phase),
    excerpt: escapeExcerpt(`${event.path}${written}`, 200),
    ...(tool === undefined ? {} : { tool: escapeExcerpt(tool, 80) }),
  });
}

const LIMIT_TEXT: Partial<Record<BoxLimit['limit'], string>> = {
  dataBytes: 'memory',
  rssBytes: 'memory',
  processes: 'processes',
  fileBytes: 'file size',
  disk: 'disk space',
  openFiles: 'open files',
  lineBytes: 'one line of output',
  outputBytes: 'output',
  connections: 'connections',
  timeMs: 'time',
};

export function judgeLimits(events: BoxLimit[], context: JudgeContext): void {
  for (const event of events) {
    const isOutput = event.limit === 'lineBytes' || event.limit === 'outputBytes';
    // stderr may be long-winded, the event log is ours, and the time of the run is no fault of the server.
    if (['stderrBytes', 'eventBytes', 'timeMs'].includes(event.limit)) continue;
    const observation: RunObservation = {
      ruleId: isOutput ? 'response-flood' : 'exhausts-resources',
      severity: event.isFatal || isOutput ? 'moderate' : 'low',
      confidence: 'high',
      check: 'response-fuzzing',
      message: `The server passed the sandbox's limit of ${LIMIT_TEXT[event.limit] ?? event.limit}`,
      phase: phaseOf(event.phase),
      ...(event.tool === undefined ? {} : { tool: escapeExcerpt(event.tool, 80) }),
    };
    context.add(observation);
  }
}
