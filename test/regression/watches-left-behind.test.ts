import { readdirSync, readFileSync, watch } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { describeWith } from '../parts.ts';
import { runcState } from '../sources/host-tree.ts';
import { cgroupOf, containerFiles, openMadeHost } from './made-host.ts';

/*
 * cadvisor PR#3014, #3120: the kernel's watch on the cgroup of each container that was ever there was kept, until there
 * could be no more. A watch goes with its container.
 */

const CONTAINERS = 10;

/** All inotify watches of this process. */
function watches(): number {
  const texts = readdirSync('/proc/self/fdinfo').map((fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    } catch (error) {
      // Among them is the folder that was listed.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  });
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('inotify')).length;
}

function oldWay(root: string, ids: readonly string[]): void {
  for (const id of ids) {
    const watcher = watch(`${root}/${cgroupOf(id)}/cgroup.events`, { persistent: false });
    onTestFinished(() => watcher.close());
  }
}

describeWith(['linux'], 'the watches on cgroups', () => {
  it('are those of the living', async () => {
    const ids = Array.from({ length: CONTAINERS }, (_, at) => `a${at}`);
    const files = ids.map((id, at) => ({
      ...containerFiles(id, { [100 + at]: {} }, { 'cgroup.events': 'populated 1\n' }),
      ...runcState(containerId(id), { '': `/${cgroupOf(id)}` }),
    }));
    const host = await openMadeHost({
      containers: ids.map((id, at) => inspectDocument({ id, pid: 100 + at })),
      files: Object.assign({}, ...files) as Record<string, string>,
      settings: { 'life.stoppedRetentionSeconds': 0 },
    });
    const before = watches();
    await host.cycle();
    expect(watches() - before).toBe(CONTAINERS);
    for (const id of ids) host.engine.remove(containerId(id));
    await expect.poll(host.discovered).toEqual([]);
    for (let cycle = 0; cycle < 2; cycle++) await host.cycle();
    expect(watches() - before).toBe(0);
    oldWay(host.root, ids);
    expect(watches() - before).toBe(CONTAINERS);
  });
});
