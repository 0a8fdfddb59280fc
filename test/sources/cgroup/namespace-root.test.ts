import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNamespaceRoot } from '../../../src/sources/cgroup/namespace-root.ts';
import { createKernelFiles, okValue } from '../../../src/sources/kernel-files.ts';
import { readProcCgroup } from '../../../src/sources/proc/cgroup.ts';
import { createProcFs } from '../../../src/sources/proc/proc-fs.ts';

const OWN = '/kubepods/burstable/pod1/own';

let dir: string;
let mounted: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  mounted = join(dir, 'host');
  for (const path of [OWN, '/kubepods/burstable/pod1/other', '/system.slice/cron.service']) {
    mkdirSync(mounted + path, { recursive: true });
  }
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Another way to the same directory, as the container's own mount is one to its cgroup. */
function ownMount(target: string): string {
  const own = join(dir, 'own');
  symlinkSync(target, own);
  return own;
}

it("finds our cgroup in the host's hierarchy", () => {
  expect(findNamespaceRoot(mounted, ownMount(mounted + OWN))).toBe(OWN);
});

it("is the top where our mount is the host's, or another hierarchy, or missing", () => {
  expect(findNamespaceRoot(mounted, ownMount(mounted))).toBe('');
  expect(findNamespaceRoot(mounted, '/proc/self')).toBe('');
  expect(findNamespaceRoot(mounted, join(dir, 'nothing'))).toBe('');
  expect(findNamespaceRoot(join(dir, 'nothing'), mounted)).toBe('');
});

it.each([
  ['/', OWN],
  ['/child', `${OWN}/child`],
  ['/../other', '/kubepods/burstable/pod1/other'],
  ['/../../../../system.slice/cron.service', '/system.slice/cron.service'],
  ['/../../../..', '/'],
])('makes %s, as the kernel writes it inside a cgroup namespace, %s', (written, path) => {
  mkdirSync(join(dir, 'proc/7'), { recursive: true });
  writeFileSync(join(dir, 'proc/7/cgroup'), `1:name=systemd:/v1\n0::${written}\n`);
  const proc = createProcFs({ root: dir, path: '', cgroupRoot: OWN, files: createKernelFiles() });
  expect(okValue(readProcCgroup(proc, 7))?.map((line) => line.path)).toEqual(['/v1', path]);
});
