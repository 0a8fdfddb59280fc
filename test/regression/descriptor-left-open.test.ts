import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { parseStat } from '../../src/sources/proc/stat.ts';
import { describeWith } from '../parts.ts';
import { createTree } from '../sources/tree.ts';
import { fileOfEndedProcess } from './ended-process.ts';

/*
 * telegraf#9242: a file that could be opened and then not be read stayed open, until there were too many. Every file is
 * closed whatever becomes of the reading.
 */

const READS = 20;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

function oldWay(path: string): void {
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  readSync(fd, Buffer.alloc(64));
  closeSync(fd);
}

describeWith(['linux'], 'a file whose reading fails', () => {
  it('is closed', async () => {
    const tree = createTree();
    tree.link('stat', await fileOfEndedProcess());
    const path = `${tree.root}/stat`;
    const files = createKernelFiles();
    const before = descriptors();
    for (let read = 0; read < READS; read++)
      expect(files.read('proc.stat', path, parseStat)).toEqual({ status: 'gone' });
    expect(descriptors()).toBe(before);
    for (let read = 0; read < READS; read++) expect(() => oldWay(path)).toThrow('ESRCH');
    expect(descriptors()).toBe(before + READS);
  });
});
