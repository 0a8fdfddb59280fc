import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';

/** What an OCI runtime wrote down of a container's cgroups: paths by controller (runc) or one for all (crun). */
export type RuntimeState = (
  | { readonly kind: 'paths'; readonly paths: Readonly<Record<string, string>> }
  | { readonly kind: 'path'; readonly path: string }
) & {
  /** The container's first process. */
  readonly pid?: number;
};

/** State files below the host's run directory, in the order they are tried. */
const STATE_FILES: readonly ((id: string) => string)[] = [
  (id) => `docker/runtime-runc/moby/${id}/state.json`,
  (id) => `docker/runtime-crun/moby/${id}/status`,
  (id) => `runc/${id}/state.json`,
  (id) => `crun/${id}/status`,
  (id) => `containerd/runc/k8s.io/${id}/state.json`,
  (id) => `containerd/runc/default/${id}/state.json`,
  (id) => `containerd/runc/moby/${id}/state.json`,
];

/** Documents of runc (`cgroup_paths`) and crun (`cgroup-path`); undefined for anything else. */
export function parseRuntimeState(bytes: Buffer): RuntimeState | undefined {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null) return undefined;
  if ('cgroup-path' in document && typeof document['cgroup-path'] === 'string') {
    return { kind: 'path', path: document['cgroup-path'], ...pidOf(document, 'pid') };
  }
  const paths = 'cgroup_paths' in document ? document.cgroup_paths : undefined;
  if (typeof paths !== 'object' || paths === null) return undefined;
  const entries = Object.entries(paths).filter((entry) => typeof entry[1] === 'string');
  if (entries.length === 0) return undefined;
  return { kind: 'paths', paths: Object.fromEntries(entries), ...pidOf(document, 'init_process_pid') };
}

function pidOf(document: object, key: string): { readonly pid?: number } {
  const pid = (document as Record<string, unknown>)[key];
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? { pid } : {};
}

export type StateFileAttempt = { readonly file: string; readonly outcome: ReadOutcome<RuntimeState> };

/** Every state file tried until one answered; the last one is the answer where its outcome is ok. */
export function readRuntimeState(files: KernelFiles, runPath: string, id: string): StateFileAttempt[] {
  const attempts: StateFileAttempt[] = [];
  // The identifier becomes a part of a path.
  if (!/^[0-9A-Za-z_.-]+$/.test(id) || id.startsWith('.')) return attempts;
  for (const fileOf of STATE_FILES) {
    const file = `${runPath}/${fileOf(id)}`;
    const outcome = files.read('runtime.state', file, parseRuntimeState);
    attempts.push({ file, outcome });
    if (outcome.status === 'ok') break;
  }
  return attempts;
}
