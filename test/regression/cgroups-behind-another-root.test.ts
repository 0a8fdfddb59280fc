import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, realpathSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { directoryBelow } from '../../src/sources/cgroup/cgroup-fs.ts';
import { describeWith } from '../parts.ts';
import { createTree } from '../sources/tree.ts';

/*
 * `/proc/PID/root` is a link that the kernel follows into another root, while its text says only "/". Directories were
 * compared by their realpath, which reads the text: below such a base nothing was ever found.
 */

describeWith(['linux', 'root', 'busybox'], 'cgroups behind the root of another process', () => {
  it('are found', async () => {
    const tree = createTree({ 'cgroup/docker/abc/cgroup.procs': '', 'bin/': '', 'old/': '' });
    tree.link('cgroup/out', '/bin');
    copyFileSync('/bin/busybox', `${tree.root}/bin/busybox`);
    const { pid, kill } = startPivoted(tree.root);
    try {
      const base = `/proc/${pid}/root/cgroup`;
      await vi.waitFor(() => expect(existsSync(base)).toBe(true));
      expect(() => realpathSync(`${base}/docker/abc`)).toThrow('ENOENT');
      expect(directoryBelow(base, '/docker/abc')).toBe(`${base}/docker/abc`);
      expect(directoryBelow(base, '/out')).toBeUndefined();
    } finally {
      kill();
    }
  });
});

/** As a runtime does it: only with a root of its own mounts does the link say no more than "/". */
function startPivoted(root: string): { pid: number; kill: () => void } {
  const busybox = '/bin/busybox';
  const pivot = `mount --bind ${root} ${root} && cd ${root} && pivot_root . old && exec ${busybox} sleep 60`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', pivot], { stdio: 'inherit' });
  return { pid: child.pid!, kill: () => void child.kill('SIGKILL') };
}
