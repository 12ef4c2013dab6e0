// Handlers that do what the tool's annotations or description say that it does not.
import { DOES, NO_TAINT, OUTWARD, REMOTE, claimWords, says as toolSays, type Act } from './acts.ts';
import { deedPattern } from './deed-data.ts';
import type { Fault } from './faults.ts';
import { hintFault, type Judged } from './hints.ts';

export function contradictions(act: Act | undefined): Fault[] {
  if (!act) return [];
  return [hintFault(act), claimFault(act)].filter((fault) => fault !== undefined);
}

function claimFault(act: Act): Fault | undefined {
  const { does, taint } = act;
  const judged = isLie(act)
    ? ([taint ? 'high' : 'moderate', taint ? 'high' : 'medium'] as const)
    : hiddenJudged(act);
  if (!judged) return undefined;
  const [severity, confidence] = judged;
  const isRemote = REMOTE.has(does);
  const said = does === 'sends' ? 'local' : 'read-only';
  const done = does === 'sends' ? 'sends over the network' : isRemote ? 'changes or deletes' : does;
  return {
    ruleId: 'description-contradicts-handler',
    severity,
    confidence,
    message: isLie(act)
      ? `A tool is described as ${said}, and its handler ${done}`
      : `A tool is described as one that only looks, and its handler ${DOES[does]}`,
    taint: taint ?? NO_TAINT,
  };
}

/** Described as read-only or local in so many words. */
function isLie(act: Act): boolean {
  const { tool, does, taint, isTemporary } = act;
  const { claims } = claimWords();
  const says = (pattern: string) => new RegExp(pattern, 'i').test(tool.description);
  const isRemote = REMOTE.has(does);
  if (does === 'sends') {
    // What the package says holds for every tool that does not speak of the network.
    const isAbout = new RegExp(claims.local, 'i').test(act.about) && !toolSays(tool, 'networks');
    return says(claims.local) || (taint !== undefined && isAbout);
  }
  // Scratch files and caches are no lie; and a tool that tells of its change denies another one.
  if (isRemote ? act.isTold && !OUTWARD.has(does) : !taint || isTemporary) return false;
  return (does === 'writes' || does === 'deletes' || isRemote) && says(claims.readOnly);
}

/** Neither name nor description say a word of it, or they say that it is only tried. */
function hiddenJudged({ tool, does, isScratch, isTold }: Act): Judged | undefined {
  const changes = OUTWARD.has(does) || does === 'deletes' || does === 'deletes-data';
  const isTrial = deedPattern('dryRun').test(
    `${tool.name.replaceAll('_', ' ')} ${tool.description}`,
  );
  if (
    isTrial &&
    changes &&
    does !== 'commands-deletion' &&
    !isScratch &&
    tool.annotations.readOnlyHint === true
  )
    return ['high', 'medium'];
  const looks = deedPattern('looks').test(tool.name) && tool.annotations.readOnlyHint !== true;
  if (!looks || isTold) return undefined;
  if (OUTWARD.has(does) && does !== 'commands-deletion') return ['high', 'medium'];
  return does === 'deletes-data' && !isScratch ? ['moderate', 'medium'] : undefined;
}
