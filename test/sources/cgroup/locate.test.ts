import { describe, expect, it } from 'vitest';
import { locateCgroup } from '../../../src/sources/cgroup/locate.ts';
import { FIXTURES } from '../fixtures.ts';
import { createHostTree, DOCKER_V2, ID, named, OTHER_ID, runcState, V2 } from '../host-tree.ts';

const placeIn = (content: Record<string, string>, container = named(ID)) => {
  const host = createHostTree(content);
  const { place, steps } = locateCgroup(host, container);
  const text = JSON.stringify(place ?? null).replaceAll(host.root, '');
  return { place: JSON.parse(text), steps: steps.map(({ what, result }) => [what.replace(host.root, ''), result]) };
};
const v2 = (path: string) => ({ version: 2, directory: `/sys/fs/cgroup${path}` });

describe('the cgroup of a container', () => {
  it("is where runc's state file says, on v2", () => {
    const { place, steps } = placeIn({
      ...V2,
      [`${DOCKER_V2}/`]: '',
      ...runcState(ID, { '': `/sys/fs/cgroup/docker/${ID}` }),
    });
    expect(place).toEqual(v2(`/docker/${ID}`));
    expect(steps).toEqual([[`/run/docker/runtime-runc/moby/${ID}/state.json`, 'ok']]);
  });

  it("is where runc's state file says, on v1", () => {
    const { place } = placeIn({
      [`sys/fs/cgroup/pids/docker/${ID}/`]: '',
      [`sys/fs/cgroup/cpu,cpuacct/docker/${ID}/`]: '',
      ...runcState(ID, {
        pids: `/sys/fs/cgroup/pids/docker/${ID}`,
        cpuacct: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}`,
        'name=systemd': `/sys/fs/cgroup/systemd/docker/${ID}`,
      }),
    });
    expect(place).toEqual({
      version: 1,
      directories: {
        pids: `/sys/fs/cgroup/pids/docker/${ID}`,
        cpuacct: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}`,
      },
    });
  });

  it("is where crun's status file says, with systemd's names", () => {
    const path = `/machine.slice/libpod-${ID}.scope`;
    const { place } = placeIn({
      ...V2,
      [`sys/fs/cgroup${path}/`]: '',
      [`run/crun/${ID}/status`]: JSON.stringify({ 'cgroup-path': path }),
    });
    expect(place).toEqual(v2(path));
  });

  it('is that of its first process where no state file answers', () => {
    const path = `/system.slice/docker-${ID}.scope`;
    const { place, steps } = placeIn({ ...V2, [`sys/fs/cgroup${path}/`]: '', 'proc/100/cgroup': `0::${path}\n` });
    expect(place).toEqual(v2(path));
    expect(steps.at(-1)).toEqual(['cgroup of process 100', 'ok']);
    expect(steps.slice(0, -1).map(([, result]) => result)).toEqual(Array(steps.length - 1).fill('gone'));
  });

  it('is that of the container where its first process has gone on to a cgroup below', () => {
    const path = `/system.slice/docker-${ID}.scope`;
    const inner = `${path}/init.scope`;
    const { place } = placeIn({ ...V2, [`sys/fs/cgroup${inner}/`]: '', 'proc/100/cgroup': `0::${inner}\n` });
    expect(place).toEqual(v2(path));
  });

  it('is its own and not that of the container around it', () => {
    const path = `/docker/${OTHER_ID}/kubelet/cri-containerd-${ID}.scope`;
    const { place } = placeIn({ ...V2, [`sys/fs/cgroup${path}/app/`]: '', 'proc/100/cgroup': `0::${path}/app\n` });
    expect(place).toEqual(v2(path));
  });

  it('is that of its first process where the state file names what cannot be seen or leads elsewhere', () => {
    for (const path of ['/sys/fs/cgroup/another', '/sys/fs/cgroup/../../etc', '/etc', 'relative']) {
      const { place, steps } = placeIn({
        ...V2,
        'etc/': '',
        [`${DOCKER_V2}/`]: '',
        ...runcState(ID, { '': path }),
        'proc/100/cgroup': `0::/docker/${ID}\n`,
      });
      expect(place, path).toEqual(v2(`/docker/${ID}`));
      expect(steps[0]?.[1]).toBe('names no cgroup that can be seen');
    }
  });

  it('is not that of a process which has taken its id, as in another PID namespace than the engine', () => {
    const { place, steps } = placeIn({
      ...V2,
      [`sys/fs/cgroup/docker/${OTHER_ID}/`]: '',
      'proc/100/cgroup': `0::/docker/${OTHER_ID}\n`,
    });
    expect(place).toBeNull();
    expect(steps.at(-1)).toEqual(['cgroup of process 100', 'is not of this container']);
  });

  it('is not looked for at a process where there is none', () => {
    const { pid: _, ...stopped } = named(ID, { state: 'exited' });
    const { place, steps } = placeIn(V2, stopped);
    expect(place).toBeNull();
    expect(steps.some(([what]) => what?.startsWith('cgroup of process'))).toBe(false);
  });

  it('is gone with the container, and every step says so', () => {
    const { place, steps } = placeIn(V2);
    expect(place).toBeNull();
    expect(new Set(steps.map(([, result]) => result))).toEqual(new Set(['gone']));
  });

  it('is what discovery without an engine has found, whatever its name', () => {
    const app = named('host:/app', { cgroupPath: '/app' });
    const { place } = placeIn({ ...V2, 'sys/fs/cgroup/app/': '', 'proc/100/cgroup': '0::/app\n' }, app);
    expect(place).toEqual(v2('/app'));
  });

  it('is the mount itself for the cgroup that we run in and see as the top', () => {
    const own = { 'proc/100/cgroup': `0::/docker/${ID}\n`, 'proc/self/cgroup': `0::/docker/${ID}\n` };
    expect(placeIn({ ...V2, ...own }).place).toEqual(v2(''));
  });

  it('is found below host.root in a captured tree', () => {
    const root = `${FIXTURES}hosts/v1-docker`;
    const host = createHostTree({});
    const id = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
    const cgroups = { ...host.cgroups, path: `${root}/sys/fs/cgroup` };
    const { place } = locateCgroup({ ...host, cgroups, runPath: `${root}/run` }, named(id, { pid: 4379 }));
    expect(place).toMatchObject({ version: 1, directories: { pids: `${root}/sys/fs/cgroup/pids/docker/${id}` } });
  });
});
