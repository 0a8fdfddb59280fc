import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createServiceNotifier, type ServiceNotifierOptions } from '../../src/process/service-notifier.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const INTERVAL_MS = 10_000;

function createNotifier(options: Partial<ServiceNotifierOptions> = {}) {
  const messages: string[] = [];
  const notifier = createServiceNotifier({
    send: async (lines) => void messages.push(lines.join(' ')),
    watchdogMs: 60_000,
    allowedSilenceMs: () => 3 * INTERVAL_MS,
    monotonicUs: () => BigInt(Math.round(performance.now() * 1000)),
    ...options,
  });
  /** Cycles that finish, for so long. */
  const cycles = async (ms: number, status = '3 containers'): Promise<void> => {
    for (let passed = 0; passed < ms; passed += INTERVAL_MS) {
      notifier.cycleFinished(status);
      await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    }
  };
  return { notifier, messages, cycles };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('what the service manager is told', () => {
  it('is nothing before a cycle has finished, and then once that the service is ready', async () => {
    const { messages, cycles } = createNotifier({ watchdogMs: undefined });
    await pass(120_000);
    expect(messages).toEqual([]);
    await cycles(120_000);
    expect(messages).toEqual(['READY=1 STATUS=3 containers']);
  });

  it('is a sign of life at half of the watchdog’s time while cycles finish', async () => {
    const { messages, cycles } = createNotifier();
    await cycles(120_000);
    expect(messages).toEqual(['READY=1 STATUS=3 containers', ...Array<string>(4).fill('WATCHDOG=1')]);
  });

  it('is no sign of life any more when no cycle has finished for longer than is allowed, but why', async () => {
    const { messages, cycles, notifier } = createNotifier({ watchdogMs: 20_000 });
    await cycles(20_000);
    messages.length = 0;
    await pass(100_000);
    expect(messages.filter((each) => each.includes('WATCHDOG')).length).toBeLessThanOrEqual(3);
    const last = messages.at(-1);
    expect(last).toMatch(/^STATUS=no cycle has finished for \d+ s$/);
    notifier.cycleFinished('4 containers');
    await pass(10_000);
    expect(messages.at(-1)).toBe('STATUS=4 containers WATCHDOG=1');
  });

  it('allows cycles that are rarer than signs of life', async () => {
    const { messages, notifier } = createNotifier({ allowedSilenceMs: () => 3 * 3_600_000 });
    notifier.cycleFinished('');
    await pass(3_600_000);
    expect(messages.filter((each) => each.includes('WATCHDOG'))).toHaveLength(120);
  });

  it('is the status again when it has changed, at most once a minute without a watchdog', async () => {
    const { messages, cycles } = createNotifier({ watchdogMs: undefined });
    await cycles(50_000, 'a');
    await cycles(60_000, 'b');
    await cycles(60_000, 'b');
    expect(messages).toEqual(['READY=1 STATUS=a', 'STATUS=b']);
  });

  it('is one line, whatever the status is', async () => {
    const { messages, notifier } = createNotifier();
    notifier.cycleFinished(`a\nREADY=0\r\u001b[2J${'x'.repeat(1000)}`);
    await pass(0);
    expect(messages[0]).toMatch(/^READY=1 STATUS=a READY=0 \[2Jx+$/);
    expect(messages[0]!.length).toBeLessThan(250);
  });
});

describe('a reload', () => {
  it('is begun with the time of CLOCK_MONOTONIC and ended when a cycle has finished', async () => {
    const { messages, notifier, cycles } = createNotifier();
    await cycles(10_000);
    messages.length = 0;
    notifier.reloading();
    const us = Math.round(performance.now() * 1000);
    await pass(5_000);
    await cycles(10_000);
    expect(messages).toEqual([
      `RELOADING=1 MONOTONIC_USEC=${us} STATUS=reading the configuration`,
      'READY=1 STATUS=3 containers',
    ]);
  });

  it('is ended where the configuration is wrong, too', async () => {
    const { messages, notifier, cycles } = createNotifier();
    await cycles(10_000);
    notifier.reloading();
    notifier.kept('wrong');
    await pass(0);
    expect(messages.at(-1)).toBe('READY=1 STATUS=wrong');
  });
});

describe('the end', () => {
  it('is the last that is said', async () => {
    const { messages, notifier, cycles } = createNotifier();
    await cycles(10_000);
    notifier.stopping();
    await cycles(120_000);
    expect(messages.at(-1)).toBe('STOPPING=1 STATUS=stopping');
  });
});

it('tells one thing after the other, and drops signs of life that would queue up', async () => {
  const messages: string[] = [];
  let running = 0;
  let most = 0;
  const send = async (lines: readonly string[]): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    running -= 1;
    messages.push(lines[0]!);
  };
  const { notifier } = createNotifier({ send, watchdogMs: 2_000, allowedSilenceMs: () => 1e9 });
  notifier.cycleFinished('a');
  await pass(4_000);
  notifier.reloading();
  notifier.cycleFinished('b');
  await pass(60_000);
  expect(most).toBe(1);
  expect(messages.slice(0, 4)).toEqual(['READY=1', 'WATCHDOG=1', 'RELOADING=1', 'READY=1']);
});
