import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createHeapRoom } from '../../src/process/heap-room.ts';
import { NODE_FLAGS } from '../node-flags.ts';

describe('room of the heap', () => {
  const flagsAfter = (execArgv: readonly string[], ...cycles: readonly number[]): readonly string[] => {
    const flags: string[] = [];
    const giveRoom = createHeapRoom({ execArgv, setFlag: (flag) => flags.push(flag) });
    for (const containers of cycles) giveRoom(containers);
    return flags;
  };

  it('is more with many containers, and said once', () => {
    expect(flagsAfter(NODE_FLAGS, 100, 249)).toEqual([]);
    expect(flagsAfter(NODE_FLAGS, 1000, 1000, 100)).toEqual(['--heap-growing-percent=60', '--heap-growing-percent=25']);
  });

  it('stays as it is where somebody has chosen it', () => {
    expect(flagsAfter([], 1000)).toEqual([]);
    expect(flagsAfter(['--heap-growing-percent=90'], 1000)).toEqual([]);
  });

  it('is given by V8 while it runs: the same garbage then takes fewer full collections', () => {
    const program = `
      import { PerformanceObserver, constants } from 'node:perf_hooks';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { createHeapRoom } from '${new URL('../../src/process/heap-room.ts', import.meta.url).pathname}';
      let full = 0;
      new PerformanceObserver((list) => {
        for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++;
      }).observe({ entryTypes: ['gc'] });
      const kept = Array.from({ length: 300_000 }, (_, at) => ({ at, more: [at] }));
      const fullCollections = async () => {
        full = 0;
        for (let round = 0; round < 60; round++) {
          for (let at = 0; at < kept.length; at += 3) kept[at] = { at, more: [at] };
          await sleep(1);
        }
        return full;
      };
      await fullCollections();
      const few = await fullCollections();
      createHeapRoom({ execArgv: process.execArgv })(1000);
      await fullCollections();
      console.log(JSON.stringify([few, await fullCollections()]));`;
    const args = [...NODE_FLAGS, '--input-type=module', '--eval', program];
    const [few, many] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as [number, number];
    expect(many).toBeGreaterThan(0);
    expect(many).toBeLessThan(few);
  }, 30_000);
});
