import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { type AgentOptions, startAgent } from './parts/agent.ts';
import { freePort } from './parts/free-port.ts';
import { type NotifySocket, openNotifySocket } from './parts/notify-socket.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { RUN_ID } from './parts/run-id.ts';
import { createTempDir } from './parts/temp-dir.ts';

const PATIENCE = { timeoutMs: 15_000 };
const INTERVAL_MS = 300;
const WATCHDOG_MS = 2_000;

describeWith(['linux', 'systemdNotify', 'gcc'], 'what a service manager is told', () => {
  let releasers: Releasers;
  let address: string;
  beforeEach(async () => {
    releasers = createReleasers();
    address = join(await createTempDir(releasers), 'notify');
  });
  afterEach(() => releasers.release());

  async function startNotifying(socket: Pick<NotifySocket, 'address'>, more: Partial<AgentOptions> = {}) {
    const config = {
      collection: { intervalMs: INTERVAL_MS },
      discovery: { source: 'cgroup' },
      status: { address: `127.0.0.1:${await freePort()}` },
    };
    const env = { NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) };
    return startAgent({ releasers, config, ...more, env: { ...env, ...more.env } });
  }

  const signsOfLife = (socket: NotifySocket): number =>
    socket.messages().filter((each) => each.includes('WATCHDOG=1')).length;

  it.each([
    ['a path', () => address],
    ['an abstract address', () => `@plimsoll-test-${RUN_ID}`],
  ])('is heard from the start to the end, at %s', async (_, addressOf) => {
    const socket = await openNotifySocket(releasers, addressOf());
    const agent = await startNotifying(socket);
    expect(await socket.waitFor(/READY=1/, PATIENCE)).toMatch(/^READY=1 STATUS=containers: \d+; cgroups: ok; /);
    await socket.waitFor(/WATCHDOG=1/, PATIENCE);
    const before = socket.messages().length;
    agent.signal('SIGHUP');
    const reloading = await socket.waitFor(/RELOADING=1/, { ...PATIENCE, after: before });
    const monotonicUs = Number(/MONOTONIC_USEC=(\d+)/.exec(reloading)?.[1]);
    const passedMs = Number(process.hrtime.bigint()) / 1e6 - monotonicUs / 1e3;
    expect(passedMs).toBeGreaterThanOrEqual(0);
    expect(passedMs).toBeLessThan(PATIENCE.timeoutMs);
    await socket.waitFor(/READY=1/, { ...PATIENCE, after: before });
    agent.signal('SIGTERM');
    await socket.waitFor(/STOPPING=1/, PATIENCE);
    expect(await agent.exited).toMatchObject({ code: 0 });
    expect(agent.stderr.join('\n')).not.toContain('systemd-notify');
  });

  it('ends a reload of a wrong configuration, too', async () => {
    const socket = await openNotifySocket(releasers, address);
    const file = join(await createTempDir(releasers), 'plimsoll.yaml');
    const status = { address: `127.0.0.1:${await freePort()}` };
    await writeFile(file, JSON.stringify({ discovery: { source: 'cgroup' }, status }));
    const env = { NOTIFY_SOCKET: socket.address };
    const agent = await startAgent({ releasers, env, flags: ['--config', file] });
    await socket.waitFor(/READY=1/, PATIENCE);
    const before = socket.messages().length;
    await writeFile(file, JSON.stringify({ discovry: { source: 'cgroup' } }));
    agent.signal('SIGHUP');
    await socket.waitFor(/RELOADING=1/, { ...PATIENCE, after: before });
    expect(await socket.waitFor(/READY=1/, { ...PATIENCE, after: before })).toContain('the configuration is wrong');
    expect(agent.stderr.join('\n')).toContain('configuration not read again');
  });

  it.each(['hangs', 'blocks'] as const)('is no sign of life any more where the agent %s', async (preload) => {
    const socket = await openNotifySocket(releasers, address);
    const agent = await startNotifying(socket, { preload });
    await socket.waitFor(/WATCHDOG=1/, PATIENCE);
    agent.signal('SIGUSR2');
    // Three intervals or half of the watchdog's time are allowed; then the whole of that time has to pass in silence.
    await sleep(WATCHDOG_MS);
    const before = signsOfLife(socket);
    await sleep(2 * WATCHDOG_MS);
    expect(signsOfLife(socket)).toBe(before);
    expect(agent.hasExited()).toBe(false);
    // What systemd sends then, and what ends both.
    agent.signal('SIGABRT');
    expect(await agent.exited).toMatchObject({ signal: 'SIGABRT' });
  });

  it('costs the agent nothing where nobody takes it', async () => {
    const socket = await openNotifySocket(releasers, address);
    const agent = await startNotifying(socket, { env: { WATCHDOG_USEC: '200000' } });
    await socket.waitFor(/WATCHDOG=1/, PATIENCE);
    socket.pause();
    expect(await agent.waitForLine(/cannot tell the service manager/, { timeoutMs: 20_000 })).toMatch(
      /no answer|exit status/,
    );
    const before = socket.messages().length;
    socket.resume();
    await socket.waitFor(/WATCHDOG=1/, { timeoutMs: 20_000, after: before });
    agent.signal('SIGTERM');
    expect(await agent.exited).toMatchObject({ code: 0 });
    expect(agent.stderr.filter((line) => line.includes('cannot tell'))).toHaveLength(1);
  });

  it('costs the agent nothing where it cannot be said', async () => {
    const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/no/such/socket' };
    const agent = await startNotifying({ address }, { env });
    expect(await agent.waitForLine(/cannot tell the service manager/, PATIENCE)).toContain('ENOENT');
    await sleep(4 * INTERVAL_MS);
    expect(agent.hasExited()).toBe(false);
    agent.signal('SIGTERM');
    expect(await agent.exited).toMatchObject({ code: 0 });
  });
});
