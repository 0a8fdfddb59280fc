import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withOutboxDirectory } from '../../src/build/outbox-directory.ts';
import { load } from '../config/load-fixture.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const chosen = (directories: readonly string[]): string =>
  withOutboxDirectory(load().config, directories).outbox.directory;

describe('the directory of the outbox', () => {
  it('is the first that can be written, made where it is missing', () => {
    // Nobody, root included, makes a directory inside of a file.
    writeFileSync(join(dir, 'file'), '');
    const ofUser = join(dir, 'state/plimsoll');
    expect(chosen([join(dir, 'file/plimsoll'), ofUser, join(dir, 'third')])).toBe(ofUser);
    expect(statSync(ofUser).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'third'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('stays the first where none can be written, so that its failure is what is said', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(chosen([join(dir, 'file/one'), join(dir, 'file/two')])).toBe(join(dir, 'file/one'));
  });

  it('is the one that is set, alone', () => {
    const { config } = load({ env: { PLIMSOLL_OUTBOX_DIRECTORY: join(dir, 'mine') } });
    expect(withOutboxDirectory(config).outbox.directory).toBe(join(dir, 'mine'));
  });
});
