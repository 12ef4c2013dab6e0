// Documents of the caller's that are parsed or shown with more rights than they need: XML that names files, pages that run.
import { optionsOf, taintsOf, textOf, type Mark, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { arrivals, isWholeArgument, partsOf, type Fault, type ToolContext } from './faults.ts';

const XML = /^(?:new )?(?:libxmljs\w*|libxml|node-libxml|libxmljs-mt|libxml2-wasm|libxml-xsd)\b/;
const PARSES =
  /^(?:parse(?:Xml|XML|Html|HTML)?(?:String|Async|File)?|from(?:String|Buffer)|loadXml\w*)$/;
// What replaces entities by what they name: a file, or an address.
const EXPANDS = new Set(['noent', 'dtdload', 'replaceEntities', 'loadDtd', 'xinclude']);
const EXPANDS_BY_NUMBER = /\b(?:XML_PARSE_)?(?:NOENT|DTDLOAD|XINCLUDE)\b/;
// A page that the server writes begins with one as well.
const REFUSES_DTD = /!\\?\[?(?:\((?:\?:)?)?(?:DOCTYPE|ENTITY)\b(?!\s{1,3}(?:html|svg))/i;

const LINTS = /(?:^|[/\\])xmllint$/;
const LINT_OPTIONS = /^--(?:noent|xinclude|loaddtd)$/;

const DOM = /^new jsdom\.(?:default\.)?JSDOM$|^jsdom\.(?:default\.)?JSDOM\.fromURL$/;

export function documentFault(use: Use, tool: ToolContext): Fault | undefined {
  return entityFault(use, tool) ?? livePageFault(use, tool);
}

/** `parseXml(text, { noent: true })`, `xmllint --noent file`. */
function entityFault(use: Use, tool: ToolContext): Fault | undefined {
  const document = expanded(use);
  if (!document || textOf(document) !== undefined || isOwn(document)) return undefined;
  const refuses = REFUSES_DTD.test(use.file.text);
  const [open] = arrivals(use, document, tool);
  return {
    ruleId: 'unsafe-deserialization',
    severity: refuses ? 'low' : open ? 'high' : 'moderate',
    confidence: refuses ? 'low' : 'medium',
    message:
      'XML is parsed with its entities replaced; one that names a file or an address brings in what is there',
    ...(open ? { taint: open.taint } : {}),
  };
}

function expanded({ name, method, args, file, node }: Use): Value | undefined {
  const [first, second] = args;
  if (LINTS.test(textOf(first) ?? '') && second?.kind === 'array') {
    const isOpen = second.items.some((item) => LINT_OPTIONS.test(textOf(item) ?? ''));
    return isOpen ? second.items.at(-1) : undefined;
  }
  if (!XML.test(name) || !PARSES.test(method)) return undefined;
  const isOn = args
    .slice(1)
    .some((arg) =>
      [...partsOf(arg)].some(
        ([key, value]) => EXPANDS.has(key) && value.kind === 'literal' && value.value === true,
      ),
    );
  const isSet = EXPANDS_BY_NUMBER.test(
    file.text.slice(node.start, Math.min(node.end, node.start + 600)),
  );
  return isOn || isSet ? first : undefined;
}

/** Read from the package itself. */
const isOwn = (value: Value): boolean =>
  value.kind === 'external' && /__dirname|import\.meta/.test(value.name);

/** `new JSDOM(html, { runScripts: 'dangerously' })`: what the page holds runs in the server. */
function livePageFault(use: Use, tool: ToolContext): Fault | undefined {
  if (!DOM.test(use.name)) return undefined;
  const runs = use.args
    .slice(1)
    .some((arg) => textOf(property(arg, 'runScripts')) === 'dangerously');
  const [page] = use.args;
  if (!runs || !page || textOf(page) !== undefined) return undefined;
  const [open] = arrivals(use, page, tool, [...ESCAPED]);
  const isForeign = optionsOf(page).some(({ kind }) => kind === 'unknown' || kind === 'external');
  if (!open && !isForeign) return undefined;
  return {
    ruleId: 'code-injection',
    severity: open ? 'high' : 'moderate',
    confidence: open ? 'high' : 'medium',
    message: 'Scripts of a page that comes from outside run in the server',
    ...(open ? { taint: open.taint } : {}),
  };
}

// Signs of markup were replaced, or the whole was encoded.
const ESCAPED: readonly Mark[] = ['half-quoted', 'stripped', 'encoded', 'json', 'regex-escaped'];

const SHOWS = /^(?:setContent|loadHTML|loadHtml)$/;
const MAKERS: Readonly<Record<string, string>> = {
  'html-pdf.create': '',
  'html-pdf-node.generatePdf': 'content',
  'html-pdf-node.default.generatePdf': 'content',
  'html-pdf-node.generatePdfs': 'content',
  'node-html-to-image': 'html',
  'node-html-to-image.default': 'html',
  wkhtmltopdf: '',
  'phantom-html-to-pdf()': 'html',
};
// Those that let a page read files by themselves.
const READS_FILES = /^(?:html-pdf|wkhtmltopdf|phantom-html-to-pdf)\b/;
const WRITES = /^(?:fs|fs-extra)\.(?:promises\.)?(?:writeFile|outputFile)(?:Sync)?$/;
const IS_PAGE = /\.x?html?\b/i;

/** Markup with an argument in it that a browser shows: from a file, or with its guards down. */
export function pageFault(use: Use, tool: ToolContext): Fault | undefined {
  const shown = shownBy(use, tool);
  if (!shown) return undefined;
  const { markup, isFromFile } = shown;
  const open = arrivals(use, markup, tool, ESCAPED).find(
    ({ checks, isTyped }) => !isTyped && !checks.has('allowed') && !checks.has('pattern'),
  );
  if (!open) return undefined;
  const readsFiles = isFromFile || READS_FILES.test(use.name) || tool.browser === 'open';
  const isWhole = isWholeArgument(markup) || taintsOf(markup).length === 0;
  if (!readsFiles && (isWhole || tool.browser === 'guarded')) return undefined;
  return {
    ruleId: 'code-injection',
    severity: readsFiles ? 'high' : 'moderate',
    confidence: 'medium',
    message: readsFiles
      ? 'A tool argument becomes markup of a page that may read the files of this machine'
      : 'A tool argument becomes markup of a page; scripts and addresses in it are run and fetched',
    taint: open.taint,
  };
}

interface Shown {
  markup: Value;
  isFromFile: boolean;
}

function shownBy({ name, method, args }: Use, { browser }: ToolContext): Shown | undefined {
  const [first, second] = args;
  if (!first) return undefined;
  if (WRITES.test(name) && second && browser !== 'guarded') {
    const isPage = taintsOf(first).length === 0 && IS_PAGE.test(endOf(first));
    return isPage && showsFiles(browser) ? { markup: second, isFromFile: true } : undefined;
  }
  if (SHOWS.test(method)) return { markup: first, isFromFile: false };
  if (Object.hasOwn(MAKERS, name)) {
    const key = MAKERS[name] ?? '';
    const markup = key === '' ? first : property(first, key);
    return markup && !isAddress(markup) ? { markup, isFromFile: false } : undefined;
  }
  return undefined;
}

const showsFiles = (browser: ToolContext['browser']) => browser === 'open' || browser === 'files';

/** What is written at the end of a path. */
function endOf(path: Value): string {
  const [option = path] = optionsOf(path);
  const last = option.kind === 'text' ? option.parts.at(-1) : option;
  return textOf(last) ?? '';
}

const isAddress = (value: Value) =>
  optionsOf(value).every((option) => option.kind === 'unknown' && !taintsOf(option).length);
