// Types of the table writer, which plain Node runs too.
export function ruleTable(
  rules: readonly { id: string; check: string; severity: string; title: string; caps?: string }[],
): string;
