// Hands the events of a run to their judges.
import type { BoxEvent } from '../isolation/types.ts';
import type { JudgeContext } from './context.ts';
import { judgeEgress } from './egress.ts';
import { judgeFiles, judgeLimits, judgeListeners } from './files.ts';

export function judgeEvents(events: BoxEvent[], context: JudgeContext): void {
  judgeEgress(
    events.filter((event) => event.type === 'egress' || event.type === 'dns'),
    context,
  );
  judgeFiles(
    events.filter((event) => event.type === 'file'),
    context,
  );
  judgeListeners(
    events.filter((event) => event.type === 'listen'),
    context,
  );
  judgeLimits(
    events.filter((event) => event.type === 'limit'),
    context,
  );
}
