import { readdirSync, type Stats, statSync } from 'node:fs';
import { LIMITS } from '../../limits.ts';

/** Deeper than any engine puts a container. */
const MAX_DEPTH = LIMITS.cgroupDepth.max;

/**
 * Where the cgroup namespace that we run in begins, as a path below a mount of the whole v2 hierarchy: '' at its top,
 * `/docker/<id>` for an agent in a container that has the host's hierarchy mounted beside its own. The kernel writes the
 * paths of /proc/PID/cgroup from there (`/../<other id>`), and never says where it is; but the container's own mount
 * begins there, too, and the same cgroup has the same inode in both.
 *
 * Looks at every cgroup of the host once where the two differ.
 */
export function findNamespaceRoot(mounted: string, own: string): string {
  const sought = look(own);
  const top = look(mounted);
  // Two mounts of one hierarchy are one device.
  if (!sought || !top || sought.dev !== top.dev || sought.ino === top.ino) return '';
  return pathOf(sought.ino, mounted, '', MAX_DEPTH) ?? '';
}

function pathOf(inode: number, mounted: string, path: string, depth: number): string | undefined {
  if (depth === 0) return undefined;
  for (const child of childrenOf(mounted + path)) {
    const below = `${path}/${child}`;
    const found = look(mounted + below)?.ino === inode ? below : pathOf(inode, mounted, below, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function look(path: string): Stats | undefined {
  return attempt(() => statSync(path));
}

function childrenOf(path: string): string[] {
  const entries = attempt(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Undefined where there is nothing, or no longer, or nothing that we may look at. */
function attempt<T>(looking: () => T): T | undefined {
  try {
    return looking();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
