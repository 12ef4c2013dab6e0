// Writes the README's rule table from the rules themselves. usage: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { ruleTable } from './rule-table.mjs';

const file = new URL('../../README.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const { allRuleTexts } = await import('../../dist/checks/index.js');
const [before, rest] = text.split('<!-- rules -->');
const after = rest?.split('<!-- /rules -->')[1];
if (after === undefined) throw new Error('README.md has no <!-- rules --> section');
writeFileSync(
  file,
  `${before}<!-- rules -->\n\n${ruleTable(allRuleTexts())}\n\n<!-- /rules -->${after}`,
);
