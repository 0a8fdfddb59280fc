import { expect, test } from 'vitest';
import { podUidInPath } from '../../../src/sources/cgroup/pod-uid.ts';

const UID = '0d4e2a9c-1b5f-4c1e-9a52-5f0f6c1d2e3f';
const SYSTEMD_UID = UID.replaceAll('-', '_');
const ID = 'a'.repeat(64);

test.each([
  [`/kubepods/burstable/pod${UID}/${ID}`, UID],
  [`/kubepods/pod${UID}/${ID}`, UID],
  [
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SYSTEMD_UID}.slice/cri-containerd-${ID}.scope`,
    UID,
  ],
  [`/kubepods.slice/kubepods-pod${SYSTEMD_UID}.slice/crio-${ID}.scope`, UID],
  [`/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${SYSTEMD_UID}.slice/cri-containerd-${ID}.scope`, UID],
  [`/kubepods/pod${'1f'.repeat(16)}/${ID}`, '1f'.repeat(16)],
  [`/docker/${ID}`, undefined],
  [`/docker/pod${UID}/${ID}`, undefined],
  [`/kubepods/burstable/podlike/${ID}`, undefined],
])('finds in %s the pod %s', (path, uid) => {
  expect(podUidInPath(path)).toBe(uid);
});
