// What the server can do and what it offers: capabilities against its stated function, tools with their texts.
import type { Capability, CapabilityUse, Report } from '../../types.ts';
import { html } from './escape.ts';
import { stackedTable } from './table.ts';

const MAX_TOOLS = 200;
/** Up to this many, tools are shown unfolded. */
const MAX_OPEN = 12;
const MAX_PARAMETERS = 40;

export function capabilitySection(report: Report): string {
  const stated = report.function?.functions ?? [];
  const entries = Object.entries(report.capabilities) as [Capability, CapabilityUse[]][];
  const words = `<p class="small soft">Stated function: ${html(stated.join(', ') || 'not recognised')}</p>`;
  if (entries.length === 0) return `${words}<p>None were seen.</p>`;
  const rows = entries.map(([capability, uses]) => capabilityRow(capability, uses, report));
  return (
    words + stackedTable(['capability', 'its function', 'in the server', 'in dependencies'], rows)
  );
}

function capabilityRow(capability: Capability, uses: CapabilityUse[], report: Report): string[] {
  const expected = new Set<string>(report.function?.expectedCapabilities ?? []);
  const own = uses.filter((use) => use.package === report.subject.name);
  const foreign = uses.filter((use) => use.package !== report.subject.name);
  const others = [...new Set(foreign.map((use) => use.package))];
  const [fit, word] =
    own.length === 0
      ? ['none', 'dependencies only']
      : expected.has(capability)
        ? ['good', 'explains it']
        : ['warn', 'does not explain it'];
  const places = own
    .slice(0, 3)
    .map((use) => `<code>${html(`${use.file}:${use.line}`, 100)}</code>`);
  const more = own.length > 3 ? `<br>… ${own.length - 3} more` : '';
  const rest = others.length > 6 ? ` and ${others.length - 6} more` : '';
  const names = others
    .slice(0, 6)
    .map((name) => html(name, 120))
    .join(', ');
  return [
    `<b>${html(capability)}</b>`,
    `<span class="chip ${fit}">${word}</span>`,
    `${places.join('<br>')}${more}`,
    `${names}${rest}`,
  ];
}

export function toolSection(report: Report): string {
  const { tools } = report;
  if (tools.length === 0) return '<p class="soft">None could be listed.</p>';
  const open = tools.length <= MAX_OPEN ? ' open' : '';
  const rest = tools.length - MAX_TOOLS;
  const items = tools
    .slice(0, MAX_TOOLS)
    .map(
      (tool) =>
        `<details${open}><summary>${html(tool.name, 120)} <span class="soft small">from ${tool.from === 'run' ? 'the run' : 'the source'}</span></summary>${hints(tool)}<pre>${html(tool.description || '(no description)', 4_000)}</pre>${parameters(tool.inputSchema)}</details>`,
    );
  return items.join('') + (rest > 0 ? `<p>… and ${rest} more in the JSON report</p>` : '');
}

function hints(tool: Report['tools'][number]): string {
  return Object.entries(tool.annotations)
    .filter(([, value]) => typeof value === 'boolean')
    .map(([name, value]) => `<span class="chip none">${html(name, 40)}: ${String(value)}</span>`)
    .join('');
}

function parameters(schema: Report['tools'][number]['inputSchema']): string {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return '';
  const properties = schema['properties'];
  if (properties === null || typeof properties !== 'object' || Array.isArray(properties)) return '';
  const names = Object.keys(properties);
  const shown = names.slice(0, MAX_PARAMETERS).map((name) => `<code>${html(name, 80)}</code>`);
  const rest = names.length - shown.length;
  if (shown.length === 0) return '';
  return `<p class="small soft">Takes ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}</p>`;
}
