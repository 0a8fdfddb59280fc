import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDirectory } from '../../src/make-directory.ts';

/*
 * `outbox.directory: /proc/somewhere` held the agent up for ever at its start: Node's `mkdir` with `recursive` goes round and
 * round where procfs says ENOENT of what cannot be made.
 */

it('a directory that procfs does not allow is an error at once', () => {
  expect(() => makeDirectory('/proc/nowhere')).toThrow('ENOENT');
  expect(() => makeDirectory('/proc/nowhere/at/all')).toThrow('ENOENT');
});

it('directories are made down to the last, for their owner only, and may be there already', () => {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-directories-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (let time = 0; time < 2; time++) makeDirectory(join(root, 'a/b/c'));
  expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o700);
  writeFileSync(join(root, 'file'), '');
  expect(() => makeDirectory(join(root, 'file'))).toThrow('EEXIST');
  expect(() => makeDirectory(join(root, 'file/below'))).toThrow('ENOTDIR');
});
