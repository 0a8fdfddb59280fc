/** Segments such as `<id>`, `docker-<id>.scope`, `libpod-<id>.scope`, `cri-containerd-<id>.scope`, `crio-<id>.scope`. */
const SEGMENT = /^(?:([a-z][a-z-]*)-)?([0-9a-f]{64})(?:\.scope)?$/;

const RUNTIME_OF_PREFIX: ReadonlyMap<string | undefined, string> = new Map([
  ['docker', 'docker'],
  ['libpod', 'podman'],
  ['cri-containerd', 'containerd'],
  ['crio', 'cri-o'],
]);
/** With the cgroupfs driver the engine shows in the parent instead. */
const RUNTIME_OF_PARENT: ReadonlyMap<string | undefined, string> = new Map([
  ['docker', 'docker'],
  ['libpod_parent', 'podman'],
  ['machine.slice', 'podman'],
]);

export type ContainerInPath = { readonly id: string; readonly runtime: string; readonly path: string };

/**
 * Containers that a cgroup path runs through, outermost first: a container may run containers of its own.
 * `path` ends with that container's own cgroup.
 */
export function containersInPath(path: string): ContainerInPath[] {
  const segments = path.split('/');
  const found: ContainerInPath[] = [];
  for (const [index, segment] of segments.entries()) {
    const match = SEGMENT.exec(segment);
    // crio-conmon and the like are the engine's own processes beside the container.
    if (!match || match[1]?.endsWith('conmon')) continue;
    const runtime = RUNTIME_OF_PREFIX.get(match[1]) ?? RUNTIME_OF_PARENT.get(segments[index - 1]) ?? 'unknown';
    found.push({ id: match[2]!, runtime, path: segments.slice(0, index + 1).join('/') });
  }
  return found;
}
