// The run of one server from install scripts to its second start, and what was learnt from it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fact, RunFact, RunPhase, ToolDefinition } from '../types.ts';
import { LaunchError, type Isolation, type Running } from './boxes.ts';
import type { Session } from './client/session.ts';
import type { RpcMessage } from './client/transport.ts';
import { exercise } from './exercise.ts';
import { runInstallScripts } from './install.ts';
import type { JudgeContext } from './judge/context.ts';
import { judgeChanges, readTools } from './judge/definitions.ts';
import { judgeFlood, judgeTransport } from './judge/fuzz.ts';
import { judgeEvents } from './judge/index.ts';
import { judgeRequest } from './judge/requests.ts';
import type { ResponseJudge } from './judge/responses.ts';
import { stringsOf } from './judge/text-of.ts';
import type { SandboxInput } from './plan.ts';
import { prepareRun, type PhaseOptions } from './prepare.ts';
import { resultOf, type Outcome } from './result.ts';
import {
  connect,
  launchServer,
  startServer,
  type Connected,
  type Listeners,
  type ServerSetup,
} from './server.ts';
import { judgeSurvey, listTools, survey } from './survey.ts';

const CLIENT = 'claude-ai';
const SECOND_CLIENT = 'cursor-vscode';
const TICKS_MS = 20;

class Run {
  readonly phases: RunFact['phases'] = [];
  readonly setup: ServerSetup;
  readonly context: JudgeContext;
  readonly judge: ResponseJudge;
  readonly outcome: Outcome = { problems: [], tools: [], texts: [] };
  readonly #input: SandboxInput;
  readonly #options: PhaseOptions;
  #phase: RunPhase = 'start';
  #isAnnounced = false;

  constructor(isolation: Isolation, input: SandboxInput, options: PhaseOptions) {
    this.#input = input;
    this.#options = options;
    const prepared = prepareRun(isolation, input, options);
    this.setup = prepared.setup;
    this.context = prepared.context;
    this.judge = prepared.judge;
  }

  async all(): Promise<Fact<RunFact>> {
    const interrupt = (): void => void this.setup.boxes.interrupt();
    this.#input.signal?.addEventListener('abort', interrupt, { once: true });
    try {
      await this.#phases().catch((error: unknown) => {
        if (!(error instanceof LaunchError)) throw error;
        this.outcome.failed ??= `the sandbox could not be started: ${error.message}`;
      });
      return await this.#finish();
    } finally {
      this.#input.signal?.removeEventListener('abort', interrupt);
      await this.setup.boxes.stopAll();
    }
  }

  async #phases(): Promise<void> {
    await this.#install();
    const started = await this.#timed('start', () => startServer(this.setup));
    if (typeof started === 'string')
      return this.#fail('start', `the server could not be started: ${started}`);
    const connected = await this.#timed('handshake', () => this.#handshake(started));
    if (typeof connected === 'string') return this.#fail('handshake', connected);
    const last = await this.#timed('fuzz', () => this.#fuzz(connected));
    await Promise.all([
      this.#timed('idle', () => this.#idle(last)),
      this.#timed('second-start', () => this.#secondStart()),
    ]);
  }

  async #install(): Promise<void> {
    const { installScripts } = this.#input;
    if (installScripts.length === 0) return;
    const problems = await this.#timed('install', () =>
      runInstallScripts(this.setup, installScripts),
    );
    const last = this.phases.at(-1);
    if (last !== undefined && problems.length > 0) last.detail = problems.slice(0, 3).join('; ');
  }

  async #handshake(running: Running): Promise<Connected | string> {
    running.box.mark('handshake');
    const connected = await connect(this.setup, running, CLIENT, 'handshake', this.#listeners());
    if (typeof connected === 'string') return connected;
    const found = await survey(connected.session);
    judgeSurvey(found, 'handshake', this.#input.sourceSurface, this.judge, this.context);
    this.outcome.tools = found.tools;
    this.outcome.texts = found.texts;
    this.outcome.survey = found;
    judgeTransport(connected.session.transport, 'handshake', this.context);
    return found.isListed ? connected : 'it did not answer tools/list';
  }

  async #fuzz(connected: Connected): Promise<Connected | null> {
    const found = this.outcome.survey;
    if (found === undefined) return connected;
    const result = await exercise({
      ...{ setup: this.setup, connected, survey: found, clientName: CLIENT },
      ...{ context: this.context, judge: this.judge, listeners: this.#listeners() },
      takeAnnounced: () => this.#takeAnnounced(),
      ...(this.#options.fuzzLimits && { fuzzLimits: this.#options.fuzzLimits }),
    });
    this.outcome.fuzz = result.summary;
    if (result.incomplete !== undefined) this.outcome.problems.push(result.incomplete);
    this.outcome.lastTools = result.lastTools;
    return result.connected;
  }

  async #idle(connected: Connected | null): Promise<void> {
    if (connected === null) return;
    const { running, session } = connected;
    // What the last call read may be noted as read a tick of the clock later.
    await sleep(TICKS_MS);
    running.box.mark('idle');
    const { idleMs, lifeMs } = this.setup.timing;
    const lived = Date.now() - this.setup.boxes.startedAt;
    await Promise.race([sleep(Math.max(idleMs, lifeMs - lived)), running.box.exited]);
    const before = this.outcome.lastTools ?? this.outcome.tools;
    await this.#compare(session, before, 'while nothing was called', 'idle');
    await session.close();
    await this.setup.boxes.stop(running);
  }

  async #secondStart(): Promise<void> {
    const { setup } = this;
    const running = await launchServer(setup, 'second-start');
    const connected = await connect(
      setup,
      running,
      SECOND_CLIENT,
      'second-start',
      this.#listeners(),
    );
    if (typeof connected === 'string') {
      this.outcome.problems.push('the second start failed');
      return;
    }
    await this.#compare(
      connected.session,
      this.outcome.tools,
      'when another client asked',
      'second-start',
    );
    await sleep(setup.timing.secondIdleMs);
    await connected.session.close();
    await setup.boxes.stop(connected.running);
  }

  async #compare(
    session: Session,
    before: ToolDefinition[],
    when: string,
    phase: RunPhase,
  ): Promise<void> {
    const items = session.isClosed || !session.has('tools') ? null : await listTools(session);
    if (items === null) return;
    const isAnnounced = this.#takeAnnounced();
    judgeChanges(before, readTools(items), { phase, when, isAnnounced }, this.context);
  }

  #listeners(): Listeners {
    return {
      onUnasked: (message) => this.#unasked(message),
      onFlood: (kind) => judgeFlood(kind, this.#phase, undefined, this.context),
    };
  }

  #unasked(message: RpcMessage): void {
    if (message.method === 'notifications/tools/list_changed') this.#isAnnounced = true;
    judgeRequest(message, this.#phase, this.context);
    this.judge.lookAtText(stringsOf(message.params), 'tool-response', { phase: this.#phase });
  }

  #takeAnnounced(): boolean {
    const isAnnounced = this.#isAnnounced;
    this.#isAnnounced = false;
    return isAnnounced;
  }

  async #timed<T>(phase: RunPhase, work: () => Promise<T>): Promise<T> {
    this.#phase = phase;
    this.#input.onProgress?.(`sandbox: ${phase}`);
    const from = Date.now();
    const value = await work();
    this.phases.push({
      phase,
      seconds: Math.round((Date.now() - from) / 100) / 10,
      outcome: 'done',
    });
    return value;
  }

  #fail(phase: RunPhase, reason: string): void {
    const last = this.phases.at(-1);
    if (last?.phase === phase) Object.assign(last, { outcome: 'failed', detail: reason });
    this.outcome.failed = reason;
  }

  async #finish(): Promise<Fact<RunFact>> {
    const { boxes } = this.setup;
    await boxes.stopAll();
    judgeEvents(boxes.events, this.context);
    return resultOf(this.phases, this.outcome, boxes, this.context);
  }
}

/** Runs a server in boxes of the given isolation. Never throws for what the server does. */
export async function runPhases(
  isolation: Isolation,
  input: SandboxInput,
  options: PhaseOptions,
): Promise<Fact<RunFact>> {
  return new Run(isolation, input, options).all();
}
