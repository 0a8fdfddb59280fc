import type { NetworkMode } from '../sources/container.ts';

/** What is known of a container's network when it is decided who reports it. */
export type NetworkCandidate = {
  readonly id: string;
  readonly network: NetworkMode;
  readonly startedAtMs?: number | undefined;
  /** Whether it holds the namespaces of a pod. */
  readonly isPodSandbox?: boolean | undefined;
  /** It has no processes, and so no network. */
  readonly stopped?: boolean;
  /** Inode of its network namespace; undefined where it may not be looked at. */
  readonly netNamespace?: number | undefined;
};

/** Kept as data so that it can be explained. */
export type NetworkDecision = { readonly report: boolean; readonly reason: string };

/**
 * A network namespace is reported once, by the container whose it is, and the host's by none. Candidates are all
 * containers, those excluded from measuring too: they still own their namespaces.
 */
export function decideNetworkOwners(
  candidates: readonly NetworkCandidate[],
  hostNamespace: number | undefined,
): Map<string, NetworkDecision> {
  const host = hostNamespace ?? namespaceOfHostNetworking(candidates);
  const owners = ownersByNamespace(candidates);
  return new Map(candidates.map((candidate) => [candidate.id, decide(candidate, host, owners)]));
}

/** A container with the host's network shows which namespace that is, where it may be looked at. */
function namespaceOfHostNetworking(candidates: readonly NetworkCandidate[]): number | undefined {
  return candidates.find(({ network, netNamespace }) => network.kind === 'host' && netNamespace !== undefined)
    ?.netNamespace;
}

function decide(
  { id, network, stopped, netNamespace }: NetworkCandidate,
  host: number | undefined,
  owners: ReadonlyMap<number, string>,
): NetworkDecision {
  if (stopped) return { report: false, reason: 'it does not run' };
  if (network.kind === 'host') return { report: false, reason: "it uses the host's network" };
  if (network.kind === 'container')
    return { report: false, reason: `its network is that of container ${network.containerId}` };
  if (netNamespace === undefined) {
    return network.kind === 'unknown'
      ? { report: false, reason: 'its network namespace may not be looked at, and no engine says whose it is' }
      : { report: true, reason: 'the engine says that the network is its own' };
  }
  if (netNamespace === host) return { report: false, reason: "it is in the host's network namespace" };
  const owner = owners.get(netNamespace);
  return owner === id
    ? { report: true, reason: `network namespace ${netNamespace} is its own` }
    : { report: false, reason: `network namespace ${netNamespace} is reported by container ${owner}` };
}

function ownersByNamespace(candidates: readonly NetworkCandidate[]): Map<number, string> {
  const owners = new Map<number, NetworkCandidate>();
  for (const candidate of candidates) {
    if (candidate.netNamespace === undefined || candidate.network.kind === 'container') continue;
    const owner = owners.get(candidate.netNamespace);
    if (!owner || compareOwners(candidate, owner) < 0) owners.set(candidate.netNamespace, candidate);
  }
  return new Map([...owners].map(([namespace, { id }]) => [namespace, id]));
}

/** Stable over cycles: the pod's sandbox, else whoever the engine says owns it, else the one that started first, else the smaller id. */
function compareOwners(a: NetworkCandidate, b: NetworkCandidate): number {
  const rank = ({ network, isPodSandbox }: NetworkCandidate): number =>
    isPodSandbox ? 0 : network.kind === 'own' || network.kind === 'none' ? 1 : 2;
  const started = ({ startedAtMs = Number.MAX_SAFE_INTEGER }: NetworkCandidate): number => startedAtMs;
  return rank(a) - rank(b) || started(a) - started(b) || (a.id < b.id ? -1 : 1);
}
