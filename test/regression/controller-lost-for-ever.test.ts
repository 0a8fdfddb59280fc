import { expect, it } from 'vitest';
import { createResolver } from '../../src/sources/resolution.ts';
import { createHostTree, ID, named, processFiles, runcState } from '../sources/host-tree.ts';
import { resolveAll } from '../sources/resolve-all.ts';

/* A v1 controller whose directory could not be looked at in a container's first cycle was left out until its end. */

const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'];
const directory = (controller: string) => `sys/fs/cgroup/${controller}/docker/${ID}`;
const paths = Object.fromEntries(CONTROLLERS.map((name) => [name, `/sys/fs/cgroup/${name}/docker/${ID}`]));
const HOST = {
  ...runcState(ID, paths),
  ...processFiles(100, `1:pids:/docker/${ID}\n`),
  ...Object.fromEntries(CONTROLLERS.map((name) => [`${directory(name)}/cgroup.procs`, '100\n'])),
};

it('is looked for again in the next cycles, and not for ever where the host has none', () => {
  const host = createHostTree(HOST);
  const resolver = createResolver(host);
  const controllers = () => {
    const place = resolveAll(resolver, [named(ID)])[0]!.located.place;
    return place?.version === 1 ? Object.keys(place.directories) : [];
  };
  host.remove(directory('memory'));
  expect(controllers()).not.toContain('memory');
  host.write({ [`${directory('memory')}/cgroup.procs`]: '100\n' });
  expect(controllers()).toContain('memory');

  const other = createHostTree(HOST);
  other.remove(directory('memory'));
  const readsOf = createResolver(other);
  const reads = [1, 2, 3, 4, 5].map(() => {
    resolveAll(readsOf, [named(ID)]);
    return other.files.counts().get('runtime.state')?.total;
  });
  expect(reads.slice(-3)).toEqual([3, 3, 3].map((times) => times * reads[0]!));
});
