// What guards a machine, taken away by commands and files, with commands that only look.
import { describe, expect, test } from 'vitest';
import { threatsOf } from '../helpers.ts';

const HEAD =
  "import { execSync, execFile } from 'node:child_process'; import fs from 'node:fs'; import path from 'node:path';\n";
const found = (code: string) =>
  threatsOf({ 'index.js': HEAD + code })
    .filter(({ severity }) => severity === 'critical' || severity === 'high')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);

describe('protection of the machine', () => {
  test.each([
    'execSync(\'echo "me ALL=(ALL) NOPASSWD:ALL" | sudo tee /etc/sudoers.d/x\');',
    "execFile('security', ['add-trusted-cert', '-d', '-r', 'trustRoot', '/tmp/ca.pem']);",
    "execSync('powershell Add-MpPreference -ExclusionPath C:/Users');",
    "execSync('netsh advfirewall set allprofiles state off');",
    "execSync('sudo ufw disable');",
    "fs.appendFileSync('/etc/hosts', '203.0.113.5 api.example\\n');",
    "fs.writeFileSync(path.join('/etc', 'sudoers.d', 'x'), 'x');",
  ])('is gone: %s', (code) => {
    expect(found(code)).toEqual(['critical protection-weakened']);
  });

  test.each([
    "execSync('git config --global http.sslVerify false');",
    "execSync('npm config set strict-ssl false');",
    "execSync('history -c');",
  ])('is led past: %s', (code) => {
    expect(found(code)).toEqual(['high protection-weakened']);
  });

  test.each([
    "execSync('security find-certificate -a');",
    "execSync('ufw status');",
    "execSync('netsh advfirewall show allprofiles');",
    "execSync('npm config get strict-ssl');",
    "fs.readFileSync('/etc/hosts', 'utf8');",
    "fs.writeFileSync('/srv/etc/hosts', 'x');",
  ])('is only looked at: %s', (code) => {
    expect(found(code)).toEqual([]);
  });
});

test('hooks are put into git only with a value', () => {
  expect(found("execSync('git config --global core.hooksPath /srv/hooks');")).toEqual([
    'critical git-hook-write',
  ]);
  expect(found("execSync('git config --global core.hooksPath');")).toEqual([]);
  expect(found("execSync('git config --global --get core.hooksPath');")).toEqual([]);
});

test.each([
  "execFile('osascript', ['-e', 'tell application \"System Events\" to make login item at end']);",
  "execSync('pm2 save');",
  "execSync('nssm install helper node index.js');",
  "fs.writeFileSync(path.join(process.env.HOME, '.local', 'bin', 'npx'), '#!/bin/sh');",
])('a server that stays is reported: %s', (code) => {
  expect(found(code)).toEqual(['high autostart-write']);
});

test.each(["execSync('pm2 list');", "fs.writeFileSync('/srv/bin/npx', 'x');"])(
  'what stays nowhere is not: %s',
  (code) => {
    expect(found(code)).toEqual([]);
  },
);
