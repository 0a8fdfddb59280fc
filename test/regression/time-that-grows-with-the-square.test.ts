import { expect, it } from 'vitest';
import { maskText } from '../../src/config/problem.ts';
import { parseHeadersFile } from '../../src/push/headers-file.ts';
import { parseIoStat } from '../../src/sources/cgroup/disk-io.ts';
import { parseList } from '../../src/sources/docker/list.ts';
import { parseNetDev } from '../../src/sources/proc/net-dev.ts';

/* Each of these took seconds, minutes or more for input that is not longer than what is accepted. */

const LIMIT_MS = 500;
const MIB = 1024 * 1024;
const many = (text: string, bytes: number): string => text.repeat(bytes / text.length);

it.each<[string, () => unknown]>([
  ['net/dev of empty lines', () => parseNetDev(Buffer.from(`${many('\n', MIB)}:`))],
  ['io.stat of words', () => parseIoStat(Buffer.from(many('a ', MIB)))],
  ['a status of digits', () => parseList([{ Id: 'a'.repeat(64), Status: many('1', MIB) }], 0)],
  ['a header of blanks', () => expect(() => parseHeadersFile(`a:b${many(' ', MIB)}\0c`)).toThrow('line 1')],
  ['a text of schemes', () => maskText({ format: 'text', default: '', doc: '' }, many('://', MIB - 1))],
])('reads %s in no time', (_, read) => {
  const startedMs = performance.now();
  read();
  expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS);
});
