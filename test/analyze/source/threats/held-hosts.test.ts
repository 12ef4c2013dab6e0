// Requests whose address is looked at before: held to a host only where nothing gets around the look.
import { expect, test } from 'vitest';
import { vetTexts } from './vet-fixture.ts';

const gradeOf = (guard: string) =>
  vetTexts(
    new Map([
      [
        'index.js',
        `import { execFileSync } from 'node:child_process';
const token = execFileSync('gh', ['auth', 'token'], { encoding: 'utf8' });
export async function load(address, other) {
  ${guard}
  const answer = await fetch(address, { headers: { authorization: token } });
  return answer.text();
}`,
      ],
    ]),
  ).threats.find(({ ruleId }) => ruleId === 'credential-exfiltration')?.severity;

const RETURN = `{ return null; }`;

test.each([
  `const url = new URL(address); if (url.hostname !== 'raw.githubusercontent.com') ${RETURN}`,
  `let url; try { const url = new URL(address); if (url.hostname !== 'api.github.com' || !url.pathname) ${RETURN} } catch { return null; }`,
  `if (new URL(address).origin != 'https://api.github.com') throw new Error('elsewhere');`,
])('a token goes to the host it is for: %s', (guard) => expect(gradeOf(guard)).toBeUndefined());

test.each([
  '',
  `const url = new URL(other); if (url.hostname !== 'api.github.com') ${RETURN}`,
  `if (other) { const url = new URL(address); if (url.hostname !== 'api.github.com') ${RETURN} }`,
  `const url = new URL(address); if (url.hostname === 'api.github.com') ${RETURN}`,
  `const url = new URL(address); if (url.hostname !== 'api.github.com') { note(url); }`,
  `const url = new URL(address); if (url.hostname !== 'api.github.com' && other) ${RETURN}`,
  `const url = new URL(address); if (url.hostname !== 'api.github.com') ${RETURN} address = other;`,
  `const url = new URL(address, other); if (url.hostname !== 'api.github.com') ${RETURN}`,
  `const check = () => { const url = new URL(address); if (url.hostname !== 'api.github.com') ${RETURN} };`,
])('a token goes to any host: %s', (guard) => expect(gradeOf(guard)).toBe('moderate'));

test('an address held to somebody else’s host is theirs', () => {
  const guard = `if (new URL(address).hostname !== 'collect.example') ${RETURN}`;
  expect(gradeOf(guard)).toBe('critical');
});
