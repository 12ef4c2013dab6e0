// A loopback service that answers given paths with given JSON; everything else is 404.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answers {
  url: string;
  requests: { path: string; headers: IncomingHttpHeaders }[];
  close: () => Promise<void>;
}
/** A number is a status without a body; `status` and `headers` go with `body`. */
export type AnswerOf =
  number | 'silence' | { status?: number; headers?: Record<string, string>; body: unknown };

export async function startAnswers(answers: Record<string, AnswerOf>): Promise<Answers> {
  const requests: Answers['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push({ path, headers: request.headers });
    const key = Object.hasOwn(answers, path) ? path : (path.split('?')[0] ?? path);
    const answer = Object.hasOwn(answers, key) ? answers[key] : 404;
    if (answer === 'silence' || answer === undefined) return;
    if (typeof answer === 'number') {
      response.writeHead(answer, { 'content-type': 'application/json' });
      response.end('{}');
      return;
    }
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      ...answer.headers,
    });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
