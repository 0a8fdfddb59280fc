// Writes down, at the end of the process, how long it was in each cycle from the first reading of a kernel file to the last. A pause
// of a quarter of the interval divides the cycles.
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const PAUSE_MS = Number(process.env.PLIMSOLL_COLLECTION_INTERVAL_MS) / 4;
const { readSync } = fs;
let cycles = [];
fs.readSync = (...given) => {
  const got = readSync(...given);
  const now = performance.now();
  const last = cycles.at(-1);
  if (last !== undefined && now - last.to < PAUSE_MS) last.to = now;
  else cycles.push({ from: now, to: now });
  return got;
};
syncBuiltinESMExports();

// The start of the program is no cycle.
process.on('SIGUSR2', () => {
  cycles = [];
});
process.on('exit', () => {
  // The last cycle of all, at the end of the process, comes at any time.
  const spreads = cycles.slice(0, -1).map(({ from, to }) => to - from);
  writeFileSync(join(process.env.BENCH_OUTPUT, 'reading-times.json'), JSON.stringify(spreads));
});
