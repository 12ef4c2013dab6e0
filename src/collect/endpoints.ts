// Public services at other addresses than their own: a company's proxies, or a test's loopback.
import type { HostBases } from './repository/hosts.ts';

export interface Endpoints {
  hosts?: HostBases;
  mcpRegistry?: string;
  /** Download counts. */
  counts?: string;
  /** deps.dev. */
  dependents?: string;
}
