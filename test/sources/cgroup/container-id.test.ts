import { describe, expect, it } from 'vitest';
import { containersInPath } from '../../../src/sources/cgroup/container-id.ts';

const ID = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
const INNER = '5289bc2bb1e203201abf0a5807c92f759412f34a9a402af1c9f67960e73f2526';

describe('the container in a cgroup path', () => {
  it.each([
    ['Docker, cgroupfs driver', `/docker/${ID}`, 'docker'],
    ['Docker, systemd driver', `/system.slice/docker-${ID}.scope`, 'docker'],
    ['Docker, a cgroup parent of its own', `/my.slice/docker-${ID}.scope`, 'docker'],
    ['Podman, systemd driver', `/machine.slice/libpod-${ID}.scope`, 'podman'],
    ['Podman, cgroupfs driver', `/libpod_parent/libpod-${ID}`, 'podman'],
    [
      'containerd in a pod, systemd driver',
      `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`,
      'containerd',
    ],
    ['CRI-O in a pod', `/kubepods.slice/kubepods-pod1.slice/crio-${ID}.scope`, 'cri-o'],
    ['a pod, cgroupfs driver', `/kubepods/besteffort/pod1/${ID}`, 'unknown'],
    ['rootless Podman', `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, 'podman'],
  ])('is found as %s writes it', (_what, path, runtime) => {
    expect(containersInPath(path)).toEqual([{ id: ID, runtime, path }]);
  });

  it("ends with the container's own cgroup, not with what is below it", () => {
    expect(containersInPath(`/docker/${ID}/jobs`)).toEqual([{ id: ID, runtime: 'docker', path: `/docker/${ID}` }]);
    expect(containersInPath(`/machine.slice/libpod-${ID}.scope/container`)[0]?.path).toBe(
      `/machine.slice/libpod-${ID}.scope`,
    );
  });

  it('is the outermost first where containers run containers', () => {
    const found = containersInPath(`/docker/${ID}/docker/${INNER}`);
    expect(found.map(({ id }) => id)).toEqual([ID, INNER]);
  });

  it("is not the engine's own process beside a container", () => {
    expect(containersInPath(`/machine.slice/libpod-conmon-${ID}.scope`)).toEqual([]);
    expect(containersInPath(`/kubepods.slice/crio-conmon-${ID}.scope`)).toEqual([]);
  });

  it('is none in any other path', () => {
    for (const path of [
      '',
      '/',
      '/system.slice/ssh.service',
      `/docker/${ID.slice(1)}`,
      `/docker/${ID.toUpperCase()}`,
    ]) {
      expect(containersInPath(path), path).toEqual([]);
    }
  });
});
