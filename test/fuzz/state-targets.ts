import { createHash } from 'node:crypto';
import { createAccounts } from '../../src/accounting/accounts.ts';
import type { Pasts } from '../../src/accounting/container-account.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';
import { formatState, parseState, STATE_VERSION, type State } from '../../src/state/state-format.ts';
import { stat } from '../accounting/stats.ts';
import { container } from '../fakes/containers.ts';
import { expectSound, type FuzzTarget, isPlainError } from './target.ts';

/** The state file: what another agent, or a disk, may have left there, with and without a digest that fits. */

const WEB = container('web', { startedAtMs: 1_700_000_000_000 });

const eth0 = (index: number, receivedBytes: number): IndexedInterface => ({
  name: 'eth0',
  index,
  receivedBytes,
  receivedPackets: 1,
  receiveErrors: 0,
  receiveDropped: 0,
  transmittedBytes: 5,
  transmittedPackets: 1,
  transmitErrors: 0,
  transmitDropped: 0,
});

const CPU_TIME = { userSeconds: 5, systemSeconds: 1 };

type Account = ReturnType<ReturnType<typeof createAccounts>['of']>;

function measure(account: Account, at: number, unreadPids: readonly number[] = []) {
  const processes = [
    { stat: stat(1, { own: 100 + at }), executable: 'init', io: { readBytes: at, writeBytes: 1 } },
    ...(at % 2
      ? [{ stat: stat(2, { own: 50 }), executable: 'worker', contextSwitches: { voluntary: at, involuntary: 1 } }]
      : []),
  ];
  const unread = { pids: unreadPids, zombies: false };
  const cgroup = { memoryEvents: { max: at, oomKill: 1 }, ...(at < 3 && { cpuTime: CPU_TIME }) };
  const disks = [{ device: 'sda', readBytes: at }];
  const reading = { container: WEB, processes, unread, cgroup, disks, interfaces: [eth0(7 + (at % 2), at)] };
  return account.account(reading, { unixMs: WEB.startedAtMs! + at * 1000, monotonicMs: at * 1000 });
}

function seed(): Buffer {
  const accounts = createAccounts();
  const account = accounts.of(WEB);
  for (let at = 1; at <= 4; at++) measure(account, at, at === 4 ? [2] : []);
  const at: [number, number] = [1_700_000_000, 0];
  const lastSent = {
    'container.cpu.time user': { value: 5, at },
    'container.network.io eth0': { value: 5, at, start: at },
  };
  const runs = accounts.remember().map((run) => ({ ...run, lastSent }));
  return Buffer.from(JSON.stringify({ bootId: 'boot', runs, endedAtMs: 1_700_000_100_000 } satisfies State));
}

const PASTS: readonly Pasts[] = [
  { procfs: 'known', network: 'known' },
  { procfs: 'known if unchanged', network: 'unknown' },
];

function restore(state: State): void {
  for (const pasts of PASTS) {
    const accounts = createAccounts();
    accounts.restore({ runs: state.runs, pastsOf: () => pasts, completeSinceMs: state.endedAtMs ?? 0 });
    for (const run of state.runs) expectSound([...accounts.sentOf(run).totals.values()], { signed: true });
    // Counting may have begun anew below zero, so only NaN and the like are wrong.
    for (const { account } of accounts.all())
      for (const at of [5, 6, 7, 8]) expectSound(measure(account, at), { signed: true });
    for (const { account } of accounts.all()) expectSound([account.mark('procfs'), account.mark('network')]);
    const again = formatState({ bootId: 'boot', runs: accounts.remember() });
    parseState(again);
  }
}

function withDigest(body: string): string {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${JSON.stringify({ plimsoll: 'state', version: STATE_VERSION, sha256 })}\n${body}\n`;
}

const SEED = seed();

export const STATE_TARGETS: readonly FuzzTarget[] = [
  {
    covers: ['src/state/state-format.ts parseState'],
    seeds: [Buffer.from(withDigest(SEED.toString()))],
    allows: isPlainError,
    isSlow: true,
    run: (bytes) => restore(parseState(bytes.toString())),
  },
  {
    covers: ['src/accounting/accounts.ts createAccounts'],
    seeds: [SEED],
    isJson: true,
    allows: isPlainError,
    isSlow: true,
    run: (bytes) => restore(parseState(withDigest(bytes.toString().replaceAll('\n', ' ')))),
  },
];
