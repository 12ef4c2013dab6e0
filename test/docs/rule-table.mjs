// The rules as a Markdown table, in the order of the checklist.

/** @param {{ id: string, check: string, severity: string, title: string, caps?: string }[]} rules */
export function ruleTable(rules) {
  const rows = rules.map(
    (rule) =>
      `| \`${rule.id}\` | ${rule.check} | ${rule.severity} | ${rule.title}${rule.caps ? ` (caps at ${rule.caps})` : ''} |`,
  );
  return [
    '| rule | point | severity | what it reports |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
