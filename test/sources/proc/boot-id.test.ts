import { expect, it } from 'vitest';
import { parseBootId } from '../../../src/sources/proc/boot-id.ts';

it.each([
  ['1f0b5a3e-1d2c-4b5a-8f6e-0a1b2c3d4e5f\n', '1f0b5a3e-1d2c-4b5a-8f6e-0a1b2c3d4e5f'],
  ['', undefined],
  ['no id of a boot, though as long as it\n', undefined],
])('takes %j as the id of a boot: %j', (text, id) => {
  expect(parseBootId(Buffer.from(text))).toBe(id);
});
