import { expect, it } from 'vitest';
import { parseStat } from '../../src/sources/proc/stat.ts';

/* S3 of the 2021 program: it split the line at spaces, so a name with spaces or brackets moved every field. */

const LINE = '31 (a) b (c) S 1 31 31 0 -1 4194560 7 0 0 0 250 50 0 0 20 0 3 0 9000 1000 10\n';
const oldUserTicks = (line: string): number => Number(line.split(' ')[13]);

it('has the CPU time of a process whose name has brackets and spaces, which the old way has not', () => {
  expect(parseStat(Buffer.from(LINE))).toMatchObject({ state: 'S', userTicks: 250, systemTicks: 50, threadCount: 3 });
  expect(oldUserTicks(LINE)).not.toBe(250);
});
