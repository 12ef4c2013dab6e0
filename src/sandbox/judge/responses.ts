// Judges what comes back: instructions, secrets, stack traces, escape sequences, fetched content.
import { findInstructions } from '../../analyze/text/index.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { RunObservation, RunPhase, ServerText, Severity } from '../../types.ts';
import type { Reply } from '../client/session.ts';
import type { FuzzCase } from '../fuzz/inputs.ts';
import type { JudgeContext } from './context.ts';
import { EchoFilter } from './echo.ts';
import { textOf } from './text-of.ts';

const SEVERITIES: readonly Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const STACK = /\n {1,8}at [^\n]{1,200}:\d{1,6}:\d{1,6}\)?|Traceback \(most recent call last\)/;
// Words of Node and the C library when no memory is left to give.
const NO_MEMORY =
  /Array buffer allocation failed|Cannot allocate memory|JavaScript heap out of memory|\bENOMEM\b/;
const PASSWD = /root:[x*]?:0:0:/;
const KEYS =
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bsk-ant-[A-Za-z0-9_-]{30,200}\b|\bxox[bpa]-[A-Za-z0-9-]{20,100}\b/;
// ESC or CSI, as terminals obey them.
const ESCAPES = /[\u001b\u009b]/;
const PICTURE =
  /(?:!\[[^\]\n]{0,200}\]\(|<img\b[^>\n]{0,200}?\bsrc=["'])(https?:\/\/[^\s)"'<>]{1,2000})/gi;
const FILE_KINDS = ['traversal', 'absolute', 'file-url'];
const MAX_SEEN = 5_000;

interface Answer {
  phase: RunPhase;
  tool?: string;
  fuzzCase?: FuzzCase;
}

export class ResponseJudge {
  readonly echo = new EchoFilter();
  readonly #context: JudgeContext;
  readonly #marker: string;
  readonly #seen = new Set<string>();

  constructor(context: JudgeContext, marker: string) {
    this.#context = context;
    this.#marker = marker;
  }

  lookAtReply(tool: string, fuzzCase: FuzzCase, reply: Reply): void {
    const text = reply.line === '' ? '' : textOf(reply);
    if (text !== '') this.#look(text, 'tool-response', { phase: 'fuzz', tool, fuzzCase });
  }

  /** Any other text that the server sent: prompts, resources, log messages, its own requests. */
  lookAtText(text: string, location: ServerText['location'], answer: Answer): void {
    if (text !== '') this.#look(text, location, answer);
  }

  #look(text: string, location: ServerText['location'], answer: Answer): void {
    this.#secrets(text, answer);
    if (text.includes(this.#marker)) this.#fetched(text, answer);
    const own = this.echo.strip(text);
    const key = own.slice(0, 20_000);
    if (this.#seen.has(key)) return;
    if (this.#seen.size < MAX_SEEN) this.#seen.add(key);
    this.#instructions(own, location, answer);
    const trace = STACK.exec(own);
    if (trace !== null) {
      const message = 'An answer shows a stack trace of the server';
      this.#add('stack-trace-in-response', 'low', message, answer, trace[0]);
    }
    const memory = NO_MEMORY.exec(own);
    if (memory !== null) {
      const message = 'A call takes more memory than the sandbox gives';
      this.#add('exhausts-resources', 'moderate', message, answer, memory[0]);
    }
    this.#pictures(own, answer);
    if (ESCAPES.test(own)) {
      const message = 'An answer contains terminal escape sequences';
      this.#add('escape-sequences-in-response', 'low', message, answer, own.slice(0, 100));
    }
  }

  /** The sandbox has no pages to quote from: such an address is the server's own. */
  #pictures(text: string, answer: Answer): void {
    for (const [, url = ''] of text.slice(0, 200_000).matchAll(PICTURE)) {
      if (!URL.canParse(url)) continue;
      const { hostname, search } = new URL(url);
      if (search.length < 4 || this.#context.isOurs(hostname)) continue;
      if (this.#context.isDeclared(hostname)) continue;
      const message = 'An answer shows a picture whose address carries data to an undeclared host';
      this.#add('remote-image-in-response', 'moderate', message, answer, url, 'medium');
    }
  }

  #secrets(text: string, answer: Answer): void {
    const isAsked = FILE_KINDS.includes(answer.fuzzCase?.kind ?? '');
    const hits = this.#context.options.findCanaries(text);
    for (const { id, encoding } of hits) {
      const what = `${id} (${encoding})`;
      if (id.startsWith('env:')) {
        const message = 'An answer hands out environment variables of the server';
        this.#add('leaks-environment', 'moderate', message, answer, what);
      } else if (isAsked && !id.startsWith('file:project/')) this.#traversal(answer, what);
      else if (!this.#wasNamed(id)) {
        const message = 'An answer contains a planted secret that no call asked for';
        this.#add('planted-secret-in-response', 'high', message, answer, what);
      }
    }
    if (hits.length > 0) return;
    const passwd = isAsked ? PASSWD.exec(text) : null;
    if (passwd !== null) this.#traversal(answer, passwd[0]);
    const key = KEYS.exec(text);
    if (key !== null) {
      const message = 'An answer contains what looks like a credential';
      this.#add(
        'secret-in-response',
        'moderate',
        message,
        answer,
        `${key[0].slice(0, 12)}...`,
        'medium',
      );
    }
  }

  #wasNamed(id: string): boolean {
    const file = id.slice('file:'.length);
    return (
      this.#context.hasSent(file) ||
      (file.startsWith('project/') && this.#context.hasSent('/project'))
    );
  }

  #traversal(answer: Answer, what: string): void {
    const readsFiles = this.#context.options.stated.expectedCapabilities.includes('file-read');
    const isRelative = answer.fuzzCase?.kind === 'traversal';
    const message = 'A tool reads files outside the project when an argument names them';
    const severity = isRelative || !readsFiles ? 'moderate' : 'low';
    this.#add('path-traversal-proved', severity, message, answer, what);
  }

  /** The page of our sink came back with the instruction in it: the model would have read it. */
  #fetched(text: string, answer: Answer): void {
    const isEcho = answer.fuzzCase?.payload?.includes(this.#marker) === true;
    const at = text.indexOf(`[${this.#marker}]`);
    if (isEcho || at === -1) return;
    const message = 'A fetched page comes back word for word, instructions in it included';
    this.#add('fetched-content-verbatim', 'info', message, answer, text.slice(at, at + 120));
  }

  #instructions(text: string, location: ServerText['location'], answer: Answer): void {
    const { severity, findings } = findInstructions(text, { location });
    if (severity === 'none' || SEVERITIES.indexOf(severity) < 2) return;
    // Documents that a server offers may tell a reader what to do; answers to a call may not.
    const isAnswer = location === 'tool-response' && answer.fuzzCase !== undefined;
    const judged = severity === 'moderate' && !isAnswer ? 'low' : severity;
    const worst = findings.find((finding) => finding.severity === severity);
    // Before any call only definitions were sent; these are judged with the definitions themselves.
    const message =
      answer.tool === undefined
        ? 'The server sends text with instructions to the model'
        : 'An answer contains instructions to the model that nothing sent to the server';
    const what = `${worst?.ruleId ?? ''}: ${worst?.excerpt ?? ''}`;
    this.#add('injected-response', judged, message, answer, what);
  }

  #add(
    ruleId: string,
    severity: Severity,
    message: string,
    { phase, tool }: Answer,
    excerpt: string,
    confidence: RunObservation['confidence'] = 'high',
  ): void {
    this.#context.add({
      ...{ ruleId, severity, confidence, check: 'response-fuzzing', message, phase },
      excerpt: escapeExcerpt(excerpt, 200),
      ...(tool === undefined ? {} : { tool: escapeExcerpt(tool, 80) }),
    });
  }
}
