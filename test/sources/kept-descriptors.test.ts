import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, readSync, rmdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeptDescriptors } from '../../src/sources/kept-descriptors.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { describeWith } from '../parts.ts';
import { createTree } from './tree.ts';

const NOW = undefined;
const text = (fd: number): string => {
  const buffer = Buffer.alloc(100_000);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
};
const asText = (bytes: Buffer): string => bytes.toString();

function keeping(max: number) {
  const kept = createKeptDescriptors(max);
  onTestFinished(() => kept.closeAll());
  return kept;
}

describe('descriptors that are kept', () => {
  it('are opened once, and closed when a whole cycle did not use them', () => {
    const { root } = createTree({ a: 'x', b: 'y' });
    const kept = keeping(10);
    const descriptors = new Set<number>();
    const use = (name: string) => kept.use(root, name, (fd) => descriptors.add(fd) && text(fd), NOW);
    for (let cycle = 0; cycle < 5; cycle++) {
      expect(use('a')).toBe('x');
      kept.endCycle();
    }
    expect(descriptors.size).toBe(1);
    const [fd] = descriptors;
    kept.endCycle();
    kept.endCycle();
    expect(() => text(fd!)).toThrow('EBADF');
    expect(use('b')).toBe('y');
  });

  it('are no more than may be', () => {
    const { root } = createTree({ a: 'x', b: 'y' });
    const kept = keeping(1);
    const fdOf = (name: string) => kept.use(root, name, (fd) => fd, NOW);
    const [a, b] = [fdOf('a'), fdOf('b')];
    expect(text(a)).toBe('x');
    expect(() => text(b)).toThrow('EBADF');
  });

  it('come with what was parsed of them last, as long as they stay open', () => {
    const { root } = createTree({ a: 'x', b: 'y' });
    const kept = keeping(1);
    const lastOf = (name: string) => kept.use(root, name, (_, last) => last, NOW);
    expect(lastOf('a')).toBeDefined();
    expect(lastOf('a')).toBe(lastOf('a'));
    expect(lastOf('b')).toBeUndefined();
    const fail = () => {
      throw Object.assign(new Error('gone'), { code: 'ENODEV' });
    };
    const before = lastOf('a');
    expect(() => kept.use(root, 'a', fail, NOW)).toThrow('gone');
    expect(lastOf('a')).not.toBe(before);
  });

  it('are not kept of what could not be read, and the error is that of the second attempt', () => {
    const { root } = createTree({ a: 'x' });
    const kept = keeping(10);
    let reads = 0;
    const fail = () => {
      reads += 1;
      throw Object.assign(new Error(`attempt ${reads}`), { code: 'EIO' });
    };
    expect(() => kept.use(root, 'a', fail, NOW)).toThrow('attempt 1');
    expect(kept.use(root, 'a', text, NOW)).toBe('x');
    expect(() => kept.use(root, 'a', fail, NOW)).toThrow('attempt 3');
    expect(kept.use(root, 'a', text, NOW)).toBe('x');
  });
});

describeWith(['linux'], 'kept files of the kernel', () => {
  const start = async (): Promise<ChildProcess> => {
    const child = spawn('sleep', ['100']);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    return child;
  };

  it('say that a process is gone, and are those of the process that took its path', async () => {
    const files = createKernelFiles({ maxKept: 10 });
    onTestFinished(() => files.close());
    const child = await start();
    const tree = createTree({ 'proc/': '' });
    const [path, link] = [`/proc/${child.pid}/stat`, `${tree.root}/proc/stat`];
    tree.link('proc/stat', path);
    expect(files.readKept('stat', dirname(link), basename(link), asText)).toMatchObject({ status: 'ok' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(files.readKept('stat', dirname(link), basename(link), asText)).toEqual({ status: 'gone' });
    // As when its number is used again.
    const next = await start();
    tree.link('proc/stat', `/proc/${next.pid}/stat`);
    const outcome = files.readKept('stat', dirname(link), basename(link), asText);
    expect(outcome).toMatchObject({ status: 'ok', value: expect.stringMatching(new RegExp(`^${next.pid} `)) });
  });

  it('are new in each reading', () => {
    const files = createKernelFiles({ maxKept: 10 });
    onTestFinished(() => files.close());
    const ticks = (): number => {
      const outcome = files.readKept('stat', '/proc/self', 'stat', asText);
      return outcome.status === 'ok' ? Number(outcome.value.split(' ')[13]) + Number(outcome.value.split(' ')[14]) : -1;
    };
    const before = ticks();
    const until = performance.now() + 100;
    while (performance.now() < until) readFileSync('/proc/self/stat');
    expect(ticks()).toBeGreaterThan(before);
  });
});

describeWith(['linux', 'root', 'cgroupV1'], 'kept files of a cgroup', () => {
  it('say that it is gone, and are those of one that is made anew under its name', () => {
    const dir = `/sys/fs/cgroup/pids/plimsoll-kept-${process.pid}`;
    const files = createKernelFiles({ maxKept: 10 });
    onTestFinished(() => files.close());
    const read = () => files.readKept('pids.max', dir, 'pids.max', asText);
    mkdirSync(dir);
    onTestFinished(() => {
      if (readdirSync('/sys/fs/cgroup/pids').includes(dir.split('/').at(-1)!)) rmdirSync(dir);
    });
    expect(read()).toEqual({ status: 'ok', value: 'max\n' });
    rmdirSync(dir);
    expect(read()).toEqual({ status: 'gone' });
    mkdirSync(dir);
    expect(read()).toEqual({ status: 'ok', value: 'max\n' });
    rmdirSync(dir);
  });
});
