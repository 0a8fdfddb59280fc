import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAccounts } from '../../../src/accounting/accounts.ts';
import { buildPush } from '../../../src/build/push.ts';
import { buildSources } from '../../../src/build/sources.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { createCycle } from '../../../src/cycle/cycle.ts';
import { createTemplates } from '../../../src/cycle/templates.ts';
import { createLogger } from '../../../src/log.ts';
import { createBatcher } from '../../../src/push/batcher.ts';
import { ENCODINGS } from '../../../src/push/encoding.ts';
import { EMPTY_OUTBOX } from '../../../src/push/outbox.ts';

/*
 * A program: the agent's own parts from discovery to the sender, with a wall clock that stands still but for one interval
 * before each cycle, so that an hour of cycles takes as long as its work: `cycles-program.ts FIRST_MS CPU_STAT_FILE`. For
 * each line on standard input it does as told and answers with one line:
 * a number: so many cycles; `look`: what the process holds; `stop`: ends as the agent does at SIGTERM.
 */

export type ProcessHolds = {
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  readonly waitingBatches: number;
  readonly waitingBytes: number;
  /** Of the outbox's database and its log. */
  readonly fileBytes: number;
  readonly dropped: Readonly<Record<string, number>>;
};

const [firstMs, cpuStatFile] = process.argv.slice(2);
const { config } = loadConfig({ env: process.env, flags: [], readFile: () => undefined });
let nowMs = Number(firstMs) - config.collection.intervalMs;
let cycles = 0;
// The SDK dates its points with it, and the outbox its batches.
Date.now = () => nowMs;

const log = createLogger(config.log);
const clock = () => ({ unixMs: nowMs, monotonicMs: nowMs });
const encoding = ENCODINGS[config.push.protocol];
const templates = createTemplates(encoding);
const sources = await buildSources({ config, log, clock, fits: templates?.fits }, createAccounts());
const push = buildPush({ config, log }, () => ({ startedAtMs: 0, engine: '' }));
const runCycle = createCycle({
  collector: sources.collector,
  encoding,
  batcher: createBatcher({ encoding, ...config.push, deliver: push.deliver }),
  templates,
  monotonicMs: () => performance.now(),
  recordStage: () => undefined,
});

/** The CPU time of all containers says in which cycle it was read. */
async function nextCycle(): Promise<void> {
  cycles += 1;
  nowMs += config.collection.intervalMs;
  writeFileSync(
    cpuStatFile!,
    `usage_usec ${2 * cycles}000000\nuser_usec ${cycles}000000\nsystem_usec ${cycles}000000\n`,
  );
  await runCycle();
}

function held(): ProcessHolds {
  const { batches, bytes, dropped } = push.outboxes().get('default') ?? EMPTY_OUTBOX;
  const [, peakKb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  const files = ['outbox.db', 'outbox.db-wal'].map((name) => join(config.outbox.directory, name));
  return {
    residentBytes: process.memoryUsage.rss(),
    peakResidentBytes: Number(peakKb) * 1024,
    waitingBatches: batches,
    waitingBytes: bytes,
    fileBytes: files.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0),
    dropped,
  };
}

await push.start();
const answer = (what: unknown): boolean => process.stdout.write(`${JSON.stringify(what)}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') break;
  for (let left = line === 'look' ? 0 : Number(line); left > 0; left--) await nextCycle();
  answer(held());
}
await push.stop(config.shutdown.timeoutMs);
await sources.discovery.close();
answer(held());
