// One target from the registry's answer to the report.
import path from 'node:path';
import type { ResolvedTree } from '../collect/arborist.ts';
import type { Evidence, Report } from '../types.ts';
import type { Job } from './jobs.ts';
import { policyFor } from './policy.ts';
import type { Session } from './session.ts';
import { resolveSubject } from './subject.ts';

export interface Vetted {
  report: Report;
  /** Nothing of the tree was missing that a second look might find. */
  isComplete: boolean;
}

export async function vetOne(job: Job, session: Session, isOneOfMany: boolean): Promise<Vetted> {
  session.options.onProgress?.(job.label, 'asking the registry');
  // Each part of the program is loaded while what goes before it is under way.
  const [resolved, { collectEvidence }] = await Promise.all([
    resolveSubject(job.target, session),
    import('./evidence.ts'),
  ]);
  if (job.configuredAs.length > 0) resolved.subject.configuredAs = job.configuredAs;
  if (job.start) resolved.start = job.start;
  const [{ evidence, tree }, { runChecks }, { makeReport }] = await Promise.all([
    collectEvidence(resolved, session),
    import('../checks/index.ts'),
    import('./report.ts'),
  ]);
  const policy = policyFor(session.config, resolved.subject, session.now);
  const report = makeReport(evidence, runChecks(evidence, policy));
  if (tree) await writeLock(tree, report, session, isOneOfMany);
  return { report, isComplete: isComplete(evidence) };
}

async function writeLock(
  tree: ResolvedTree,
  report: Report,
  session: Session,
  isOneOfMany: boolean,
): Promise<void> {
  const { writeLock: target } = session.options;
  if (target === undefined) return;
  const folder = report.subject.name.replace(/^@/, '').replace('/', '-');
  const base = path.resolve(session.cwd, target);
  await tree.writeLock(isOneOfMany ? path.join(base, folder) : base);
}

function isComplete({ facts }: Evidence): boolean {
  const { tree, source } = facts;
  if (!tree.known || !source.known) return false;
  return tree.value.problems.length === 0 && source.value.unread.length === 0;
}
