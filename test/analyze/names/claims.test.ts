// Who a package says it is from, and what its scope and repository say to that.
import { describe, expect, test } from 'vitest';
import { borrowsScope, makerClaims, type Claiming } from '../../../src/analyze/names/claims.ts';

const says = (claiming: Partial<Claiming>) =>
  makerClaims({
    name: 'text-helper-mcp',
    repositoryUrl: 'git+https://git.example/ruiz/text-helper.git',
    ...claiming,
  }).map(({ publisher, says }) => `${publisher}: ${says.join(' ')}`);

describe('a claim that nothing bears out', () => {
  test.each<[string, Partial<Claiming>, string]>([
    ['a description', { description: "GitHub's official MCP server" }, 'GitHub: official'],
    [
      'a name and the README',
      { name: 'stripe-mcp', readme: '# Payments\n\nThe official MCP server for your account.' },
      'Stripe: official',
    ],
    ['a maintainer', { readme: 'Built and maintained by the Notion team.' }, 'Notion: maintained'],
    [
      'author and claim',
      { author: 'Sentry, Inc. <help@sentry.example>', description: 'Official Sentry MCP server' },
      'Sentry: official author',
    ],
    [
      'a scope that is nearly the right one',
      { name: '@modelcontext-protocol/server-memory', description: 'Knowledge graph (official)' },
      'Model Context Protocol: official scope',
    ],
    [
      'a server in a marketplace',
      { readme: 'The official Slack MCP server, listed in the plugin marketplace.' },
      'Slack: official',
    ],
    ['a scope with a word behind it', { name: '@github-official/mcp' }, 'GitHub: scope'],
    [
      'a verification',
      { readme: 'Officially verified and security-audited by Anthropic.' },
      'Anthropic: verified',
    ],
    [
      'an owner with a digit for a letter',
      { repositoryUrl: 'git+https://github.com/modelcontextprotoco1/servers.git' },
      'Model Context Protocol: repository',
    ],
    [
      'an owner with a letter too few',
      { repositoryUrl: 'git+https://github.com/modelcontexprotocol/servers.git' },
      'Model Context Protocol: repository',
    ],
  ])('%s', (_what, claiming, told) => expect(says(claiming)).toContain(told));
});

describe('no claim', () => {
  test.each<[string, Partial<Claiming>]>([
    ['no verification', { readme: 'Not verified or endorsed by Anthropic.' }],
    ['what users verified', { readme: 'Signatures are verified by the client, audited by you.' }],
    ['an owner of a word', { repositoryUrl: 'git+https://github.com/stripes/servers.git' }],
    ['unofficial', { description: 'Unofficial MCP server for GitHub' }],
    ['a denial', { readme: 'Not affiliated with GitHub. It is not an official GitHub server.' }],
    ['an official library', { description: 'GitHub MCP server over the official Octokit SDK' }],
    ['an official interface', { description: 'MCP server for the official Stripe API' }],
    ['a pointer', { readme: 'If you want the official Notion MCP server, install theirs.' }],
    ['a fork', { readme: 'A fork of the official Slack MCP server with threads.' }],
    ['a community server', { readme: 'A community server: Sentry has an official MCP server.' }],
    ['code in the README', { readme: '```\n# official GitHub MCP server\n```' }],
    [
      'where documents come from',
      { readme: 'Searches the code repositories in the official GitHub organizations, over MCP.' },
    ],
    [
      'where it is published',
      {
        name: 'bitbucket-mcp',
        readme: 'Check out the [official npm package](https://npm.example).',
      },
    ],
    ['one more scope of theirs', { name: '@googlemaps/code-assist-mcp' }],
    ['its own scope', { name: '@stripe/mcp', description: 'Official Stripe MCP server' }],
    [
      'its own repository',
      {
        description: 'Official Notion MCP server',
        repositoryUrl: 'git+https://github.com/makenotion/notion-mcp-server.git',
        name: '@notionhq/notion-mcp-server',
      },
    ],
    [
      'an owner of that name',
      {
        description: 'Official Grafana MCP server',
        repositoryUrl: 'https://github.com/grafana/mcp-grafana',
      },
    ],
    [
      'what says elsewhere that it is none',
      {
        description: 'Unofficial MCP server for Linear',
        readme: 'The official Linear server\nis described at their site.',
      },
    ],
    [
      'a place where servers are listed',
      {
        name: '@ruiz/text-mcp',
        readme: 'Once it is listed in the official Claude Code plugin marketplace, install it.',
      },
    ],
    [
      'a directory',
      { name: 'slack-notes-mcp', readme: 'The official MCP server directory has it.' },
    ],
    ['somebody nobody knows', { description: 'Official Ruiz MCP server' }],
  ])('%s', (_what, claiming) => expect(says(claiming)).toEqual([]));

  test('a fork that kept the author is named with no more than that', () =>
    expect(says({ author: 'Anthropic, PBC (https://anthropic.com)' })).toEqual([
      'Anthropic: author',
    ]));
});

test('a scope beside the one that a maker owns is borrowed, the maker’s own and others’ are not', () => {
  expect(borrowsScope('@github-mcp/server')).toBe(true);
  expect(borrowsScope('@stripe-official/mcp')).toBe(true);
  expect(borrowsScope('@stripe/mcp')).toBe(false);
  expect(borrowsScope('@ruiz-mcp/server')).toBe(false);
  expect(borrowsScope('github-mcp')).toBe(false);
});
