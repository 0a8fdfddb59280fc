// A V8 CPU profile between two SIGUSR2, written to the folder that BENCH_OUTPUT names.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

const SAMPLE_US = 200;
const session = new Session();
session.connect();
let started = false;

process.on('SIGUSR2', async () => {
  if (started) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(join(process.env.BENCH_OUTPUT, 'cycles.cpuprofile'), JSON.stringify(profile));
    return;
  }
  started = true;
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
});
