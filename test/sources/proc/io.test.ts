import { describe, expect, it } from 'vitest';
import { parseIo, readIo } from '../../../src/sources/proc/io.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

describe('the io of a process', () => {
  it('is what went from and to storage, not what was read and written', () => {
    expect(parseIo(fixture('proc/opt-in/io'))).toEqual({ readBytes: 0, writeBytes: 4_214_784 });
    expect(parseIo(Buffer.from('rchar: 9\ncancelled_write_bytes: 8\nwrite_bytes: 2\nread_bytes: 1\n'))).toEqual({
      readBytes: 1,
      writeBytes: 2,
    });
  });

  it('is malformed where a line is missing', () => {
    for (const text of ['', 'read_bytes: 1\n', 'read_bytes: 1\ncancelled_write_bytes: 2\n']) {
      expect(parseIo(Buffer.from(text)), text).toBeUndefined();
    }
  });

  it('is gone with the process', () => {
    expect(readIo(procAt(createTree().root), 7)).toEqual({ status: 'gone' });
  });

  it('survives anything', () => {
    expectToSurvive(parseIo, fixtures('proc/*/io'));
  });
});
