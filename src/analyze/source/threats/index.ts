// Code that looks meant to harm: capability and intent together.
import type { SourceFile } from '../file.ts';
import type { Joined } from '../joined.ts';
import type { FileSummary, PackageContext, RawThreat } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { findBuildDifferences } from './running/build-differs.ts';
import { findBroughtSettings } from './running/brought-settings.ts';
import { isCloselyRead, isSmall } from './closeness.ts';
import { ADDRESS, findClipboard } from './egress/clipboard.ts';
import { declaredBy } from './declared.ts';
import { findDialogs } from './tampering/dialogs.ts';
import { findDnsNames } from './egress/dns-names.ts';
import { findEditorCommands } from './tampering/editor-commands.ts';
import { findExecution } from './running/execution.ts';
import { findExfiltration } from './egress/exfiltration.ts';
import { findFixedExporters } from './egress/exporters.ts';
import { findPackageLoaders } from './running/fetched-packages.ts';
import { findFileTables } from './tampering/file-tables.ts';
import { findFileThreats } from './tampering/files.ts';
import { findNeighbourWrites } from './tampering/neighbours.ts';
import { findFixedPlaces } from './egress/fixed-places.ts';
import { flowOf } from './flow/flow.ts';
import { findGates } from './gates.ts';
import { findPageScripts } from './egress/page-scripts.ts';
import { findHarvests } from './egress/harvest.ts';
import { findHooks } from './egress/hooks.ts';
import { findHiddenCode } from './running/hidden-code.ts';
import { findHiddenHosts } from './egress/hidden-hosts.ts';
import { findHiddenNames } from './running/hidden-names.ts';
import {
  findCopyingHooks,
  findCopyingInterceptors,
  findTaintedHeaders,
  findTapped,
} from './egress/interceptors.ts';
import { is, SINKS } from './flow/kinds.ts';
import { modelOf } from './flow/read-model.ts';
import { aliasProxies, invocationOf } from './flow/invoke.ts';
import type { Invocation } from './flow/invoke.ts';
import { noteQuietInstall } from './running/install-args.ts';
import { emptyLink, findLinkedThreats, keepLink } from './flow/link.ts';
import { findMisleadingCharacters } from './running/misleading.ts';
import { linkModules } from './flow/modules.ts';
import type { ResolveImport } from './flow/modules.ts';
import { noteGiven, noteSites } from './flow/record.ts';
import { findReplacedPayees } from './egress/payees.ts';
import { findForeignProxies } from './egress/proxies.ts';
import { findRegistryChanges } from './tampering/registries.ts';
import { findOneWay } from './egress/one-way.ts';
import { findForeignResolvers } from './egress/resolvers.ts';
import { findSecondPlaces } from './egress/second-places.ts';
import { findHiddenRecipients } from './egress/recipients.ts';
import { findRedirectingHooks } from './egress/rewrites.ts';
import { findRemoteControl } from './egress/remote-control.ts';
import { findSabotage } from './tampering/sabotage.ts';
import type { Scene } from './scene.ts';
import { findInstallers, findScriptThreats } from './running/scripts.ts';
import { findSettings } from './tampering/settings.ts';
import { findChangingTools } from './tampering/tool-changes.ts';
import { findUnseenText } from './running/unseen-text.ts';
import { findSecondStores } from './egress/stores.ts';
import { findWorms } from './tampering/worms.ts';
import { isFlowWorthwhile } from './flow/worth.ts';

export type { RawThreat };

// A file with none of these words can neither reach out nor run anything.
const WORTH_A_LOOK =
  /\b(?:child_process|fetch|https?|XMLHttpRequest|WebSocket|eval|Function|constructor|process|fromCharCode|fromCodePoint|atob|axios|got|net|dns|dgram|tls|fs|vm|exec\w{0,8}|spawn\w{0,8}|bcc|recipients?|ethereum|globalThis|global|window|import\s{0,3}\(|registerTool|addTool|setRequestHandler|undici|nodemailer|mqtt|nats|amqplib|socket\.io-client|ws|dns-query|setServers|clipboard\w{0,3})\b|require\s{0,3}\(\s{0,9}[^'"\s]|_compile|\.description\s{0,3}=/;
// Sinks that do not show in the name of a call.
const MAY_HIDE =
  /\bconstructor\s{0,3}[\](]|\]\s{0,3}\(|\bbcc\b|\bcc\b|import\s{0,3}\(\s{0,9}[^'"\s]|data:text\/javascript|\.(?:png|jpe?g|gif|ico|svg|woff2?|dat|bin|txt|md|css|pdf)['"`]\s{0,3}\)|sendgrid|mailgun|mailer|sgMail|sendMail|ethereum|_compile|registerTool|\.tool\(|setRequestHandler|NODE_TLS|rejectUnauthorized|globalThis|XMLHttpRequest|document\.cookie|Bcc:|recipients/i;
// What another file could send.
const HAS_SOURCE =
  /process\.env\b(?!\s{0,3}(?:\.|\[\s{0,3}['"]))|\.npmrc|\.ssh\b|\.aws\b|\.netrc|id_rsa|_history|keychain|Login Data|wallet|['"](?:base64|hex)['"]/i;
// An address that money could be sent to.
const HAS_WALLET = /['"`](?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{20,60}|[1-9A-HJ-NP-Za-km-z]{32,48})['"`]/;
// What destroys may lie behind an object that another file made.
const MAY_DESTROY =
  /resolvedOptions|timeZone|getTimezoneOffset|isAfter|new Date\(\s{0,3}['"\d]|Date\.parse|country|hidden answer|folderOpen|(?:Create|Start|initialize|Attach)Command|nonce/;
// What the server's own code may carry away or deceive with, without any sink.
const SHOWS =
  /simple-git|isomorphic-git|\b(?:mqtt|nodemailer|ioredis|redis|amqplib|nats|kafkajs|socket\.io-client|pg|mysql2|mongodb|client-s3|minio|webdav|setServers|imapflow|basic-ftp)\b|!\[[^\]\n]{0,100}\]\(|<img\b|[\u202a-\u202e\u2066-\u2068\u0370-\u052f]/;
const MAX_HITS = 100;

/** Whether a file without sinks may carry something from one file to another. */
function isLinking(file: SourceFile, pkg: PackageContext, calls: Invocation[]): boolean {
  if (file.text.length > 200_000 || (!pkg.isSubject && !isSmall(pkg))) return false;
  return (
    HAS_SOURCE.test(file.text) ||
    (pkg.isSubject && HAS_WALLET.test(file.text)) ||
    calls.some(
      ({ name, args }) => (pkg.isSubject || args.length > 0) && /^(?:new )?\.{1,2}\//.test(name),
    )
  );
}

/** Threats within one file of any package. */
export function findThreats(file: SourceFile, pkg: PackageContext): RawThreat[] {
  const isClose = isCloselyRead(pkg);
  if (!isClose && !WORTH_A_LOOK.test(file.text) && !MAY_HIDE.test(file.text)) return [];
  const model = modelOf(file.path, file.text, file.program);
  aliasProxies(model);
  const calls = model.calls.map((call) => invocationOf(model, call));
  if (
    !calls.some(({ name }) => is(name, SINKS)) &&
    !MAY_HIDE.test(file.text) &&
    !(pkg.isSubject && SHOWS.test(file.text)) &&
    !(isClose && (MAY_DESTROY.test(file.text) || ADDRESS.test(file.text))) &&
    !isLinking(file, pkg, calls)
  ) {
    return [];
  }
  const flow = flowOf(model, isClose || isFlowWorthwhile(file.text, calls), isClose);
  const placeOf = (node: Node) => ({ file: file.path, line: file.lineOf(node) });
  const scene = sceneOf({
    file,
    pkg,
    model,
    flow,
    // What a parameter is called by is known once callers have handed it over.
    calls: isClose ? model.calls.map((call) => invocationOf(model, call)) : calls,
    placeOf,
    textAround: () => file.text,
  });
  detect(scene);
  noteQuietInstall(scene);
  noteGiven(scene);
  if (pkg.isSubject) noteSites(scene);
  keepLink(pkg, scene.link);
  return threatsOf(scene);
}

/** Threats of a server's files seen as one: what one of them gives to another is followed. */
export function findJoinedThreats(
  joined: Joined,
  pkg: PackageContext,
  resolve: ResolveImport,
): RawThreat[] {
  const { file, placeOf, textAround } = joined;
  const model = modelOf(file.path, file.text, file.program);
  linkModules(model, joined, resolve);
  aliasProxies(model);
  const flow = flowOf(model);
  const calls = model.calls.map((call) => invocationOf(model, call));
  const scene = sceneOf({ file, pkg, model, flow, calls, placeOf, textAround });
  detect(scene);
  return threatsOf(scene);
}

function sceneOf(
  parts: Pick<Scene, 'file' | 'pkg' | 'model' | 'flow' | 'calls' | 'placeOf' | 'textAround'>,
): Scene {
  return {
    ...parts,
    declared: declaredBy(parts.pkg),
    link: { ...emptyLink(parts.file.path), imports: parts.flow.imports },
    reach: { known: new Map() },
    threats: new Map(),
  };
}

function detect(scene: Scene): void {
  findExfiltration(scene);
  findDnsNames(scene);
  findExecution(scene);
  findHiddenNames(scene);
  findHiddenCode(scene);
  findUnseenText(scene);
  findHiddenHosts(scene);
  findForeignProxies(scene);
  findFixedPlaces(scene);
  findMisleadingCharacters(scene);
  findRemoteControl(scene);
  findFileThreats(scene);
  findNeighbourWrites(scene);
  findFileTables(scene);
  findHarvests(scene);
  findWorms(scene);
  findRegistryChanges(scene);
  findPackageLoaders(scene);
  findHooks(scene);
  findPageScripts(scene);
  findRedirectingHooks(scene);
  findCopyingInterceptors(scene);
  findCopyingHooks(scene);
  findTaintedHeaders(scene);
  findTapped(scene);
  findFixedExporters(scene);
  findSecondStores(scene);
  findSecondPlaces(scene);
  findOneWay(scene);
  findForeignResolvers(scene);
  findHiddenRecipients(scene);
  findReplacedPayees(scene);
  findChangingTools(scene);
  findSettings(scene);
  findSabotage(scene);
  findClipboard(scene);
  findDialogs(scene);
  findEditorCommands(scene);
  findGates(scene);
}

const threatsOf = ({ threats }: Scene): RawThreat[] =>
  [...threats.values()].map(({ threat }) => threat).slice(0, MAX_HITS);

/** Threats of the package as a whole: lifecycle scripts and the like. */
export function findPackageThreats(pkg: PackageContext, files: FileSummary[]): RawThreat[] {
  return [
    ...findScriptThreats(pkg),
    ...findInstallers(pkg, files),
    ...findLinkedThreats(pkg),
    ...findBuildDifferences(pkg, files),
    ...findBroughtSettings(pkg),
  ];
}
