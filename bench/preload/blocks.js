// Writes down, at the end of the process, for how long the event loop was blocked at a time. A timer of 1 ms costs CPU time
// of its own: this is never loaded where that is measured.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const TICK_MS = 1;
const blocks = [];
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  const blockedMs = now - last - TICK_MS;
  last = now;
  if (blockedMs > TICK_MS) blocks.push(blockedMs);
}, TICK_MS).unref();

// The start of the program is no cycle.
process.on('SIGUSR2', () => {
  blocks.length = 0;
});
process.on('exit', () => writeFileSync(join(process.env.BENCH_OUTPUT, 'blocks.json'), JSON.stringify(blocks)));
