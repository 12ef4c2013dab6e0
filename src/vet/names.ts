// Gives the name check its two questions to the registry: what is that other package, and which files has it?
import { toManifest } from '../analyze/manifest.ts';
import { toPackumentFact, toReleasesFact } from '../analyze/packument.ts';
import { collectNames } from '../collect/names.ts';
import { fetchManifest, fetchPackument } from '../collect/pacote.ts';
import { hashesOfPackage } from '../collect/source/index.ts';
import { VetError } from '../errors.ts';
import type { Fact, Facts, NameContext, PackageAnalysis, TreeFact } from '../types.ts';
import type { Session } from './session.ts';
import { registryOf } from './settings.ts';
import type { ResolvedSubject } from './subject.ts';

export async function collectNameFacts(
  resolved: ResolvedSubject,
  tree: Fact<TreeFact>,
  own: PackageAnalysis,
  session: Session,
): Promise<Fact<Facts['names']>> {
  const { manifest, subject } = resolved;
  const publisher = resolved.packument.known
    ? resolved.packument.value.versions.find((entry) => entry.version === subject.version)
        ?.publisher
    : undefined;
  return collectNames(
    {
      subject,
      manifest,
      subjectContext: {
        ...contextOfManifest(manifest),
        ...(own.readme === undefined ? {} : { readme: own.readme }),
        ...(publisher ? { publisher: publisher.name } : {}),
        ...(resolved.releases.known ? { createdAt: resolved.releases.value.createdAt } : {}),
      },
      tree: tree.known ? tree.value : null,
      known: session.known,
      checker: session.names,
      listing: await session.listing(),
      offline: session.options.offline === true,
      ...(own.readme === undefined ? {} : { readme: own.readme }),
      hashes: own.hashes,
    },
    {
      contextOf: (name) => orUndefined(() => contextOf(name, session)),
      hashesOf: (name) => orUndefined(() => hashesOfPackage(name, session.pacote)),
    },
  );
}

async function contextOf(name: string, session: Session): Promise<NameContext> {
  const [raw, packument] = await Promise.all([
    fetchManifest(name, session.pacote),
    fetchPackument(name, session.pacote),
  ]);
  const manifest = toManifest(raw);
  const fact = toPackumentFact(packument, registryOf(name, session));
  const releases = toReleasesFact(packument);
  const publisher = fact.versions.find((entry) => entry.version === manifest.version)?.publisher;
  return {
    ...contextOfManifest(manifest),
    ...(publisher ? { publisher: publisher.name } : {}),
    ...(releases.known ? { createdAt: releases.value.createdAt } : {}),
  };
}

function contextOfManifest(manifest: ResolvedSubject['manifest']): NameContext {
  const { description, keywords, repository, mcpName, author } = manifest;
  return {
    keywords,
    ...(description === undefined ? {} : { description }),
    ...(repository === undefined ? {} : { repositoryUrl: repository.url }),
    ...(mcpName === undefined ? {} : { mcpName }),
    ...(author === undefined ? {} : { author }),
  };
}

/** Another package that the registry does not serve only leaves a question open. */
async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VetError) return undefined;
    throw error;
  }
}
