import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { createCpuAccount } from '../../bench/cpu-account.ts';
import { createReleasers } from '../e2e/parts/releasers.ts';
import { describeWith } from '../parts.ts';

describeWith(['linux', 'root'], 'an account of CPU time', () => {
  const releasers = createReleasers();
  afterEach(() => releasers.release());

  it('has what a process used and what its children used that have ended', async () => {
    const account = createCpuAccount(releasers);
    const burn = 'const from = process.cpuUsage(); while (process.cpuUsage(from).user < 60000);';
    const program = `process.stdin.once('data', () => {
      require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}]);
      ${burn}
      console.log('done');
      setInterval(() => {}, 1000);
    });`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    releasers.add('child', async () => {
      child.kill('SIGKILL');
      await ended;
    });
    account.add(child.pid!);
    const before = account.cpuSeconds();
    child.stdin.write('go');
    await once(child.stdout, 'data');
    expect(account.pids()).toEqual([child.pid]);
    // Twice 60 ms, and Node's own start in the child.
    expect(account.cpuSeconds() - before).toBeGreaterThan(0.12);
    expect(account.cpuSeconds() - before).toBeLessThan(2);
  }, 30_000);

  it('leaves no cgroup behind', async () => {
    const own = createReleasers();
    createCpuAccount(own);
    await own.release();
    const root = existsSync('/sys/fs/cgroup/cpuacct') ? '/sys/fs/cgroup/cpuacct' : '/sys/fs/cgroup';
    expect(existsSync(`${root}/plimsoll-account-${process.pid}-2`)).toBe(false);
  });
});
