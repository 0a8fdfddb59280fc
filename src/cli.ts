#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4 --optimize-for-size --heap-growing-percent=25
// For the memory that is left: one heap for all threads' C code, a small young generation, and a heap that grows slowly and is
// given back. What each of them costs and saves: docs/where-the-time-goes.md. With many containers src/process/heap-room.ts gives more room.
import { runProgram } from './commands/program.ts';
import { readConfigFile } from './config/config-file.ts';
import { processEnvironment } from './config/process-environment.ts';

const LINGER_MS = 1_000;

// A reader that has seen enough (`plimsoll metrics | head`) closes the pipe; that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

process.exitCode = await runProgram(process.argv.slice(2), {
  env: processEnvironment(),
  platform: process.platform,
  readFile: readConfigFile,
  writeOutput: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
// Everything is done and written; a connection that is slow to close must not keep the process.
setTimeout(() => process.exit(), LINGER_MS).unref();
