import { expect, it } from 'vitest';
import type { CountedLimit } from '../../src/limits.ts';
import { ATTRIBUTE_LIMITS } from './attribute-limits.ts';
import { ENGINE_LIMITS } from './engine-limits.ts';
import { KERNEL_LIMITS } from './kernel-limits.ts';
import type { Meet } from './meet.ts';
import { PAGE_LIMITS } from './page-limits.ts';

/** Whoever adds a limit that is counted has to add a row: without one this does not compile. */
const MEETINGS: Readonly<Record<CountedLimit, Meet>> = {
  ...KERNEL_LIMITS,
  ...ENGINE_LIMITS,
  ...ATTRIBUTE_LIMITS,
  ...PAGE_LIMITS,
};

it.each(Object.entries(MEETINGS))('whoever meets the limit %s says so', async (limit, meet) => {
  const reached: string[] = [];
  await meet((name) => reached.push(name));
  expect(new Set(reached)).toEqual(new Set([limit]));
});
