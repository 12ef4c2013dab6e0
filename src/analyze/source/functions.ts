// The stated function of a server, by its own words, and what that explains.
import type { FunctionFact, Manifest, PackageAnalysis } from '../../types.ts';

export function stateFunction(_manifest: Manifest, _analysis: PackageAnalysis): FunctionFact {
  return { functions: [], expectedCapabilities: [], expectedHosts: [] };
}
