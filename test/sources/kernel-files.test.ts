import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKernelFiles, okValue } from '../../src/sources/kernel-files.ts';
import { createTree } from './tree.ts';

const failing = (code: string) => () => {
  throw Object.assign(new Error(`${code}: as if by the kernel`), { code });
};
const text = (bytes: Buffer) => bytes.toString();
const MIB = 1024 * 1024;

describe('the reading of a kernel file', () => {
  it('is what the parser makes of its bytes', () => {
    const { root } = createTree({ file: '42\n' });
    expect(createKernelFiles().read('test', `${root}/file`, text)).toEqual({ status: 'ok', value: '42\n' });
  });

  it('is malformed where the parser makes nothing of it', () => {
    const { root } = createTree({ file: 'x' });
    expect(createKernelFiles().read('test', `${root}/file`, () => undefined)).toEqual({ status: 'malformed' });
  });

  it('is gone where the file is, or a part of its path', () => {
    const { root } = createTree({ file: '' });
    const files = createKernelFiles();
    expect(files.read('test', `${root}/nothing`, text)).toEqual({ status: 'gone' });
    expect(files.read('test', `${root}/file/nothing`, text)).toEqual({ status: 'gone' });
  });

  it('is failed, with its code, where a directory stands there', () => {
    expect(createKernelFiles().read('test', createTree().root, text)).toEqual({ status: 'failed', code: 'EISDIR' });
  });

  it.each([
    ['ENOENT', { status: 'gone' }],
    ['ESRCH', { status: 'gone' }],
    ['ENODEV', { status: 'gone' }],
    ['ENOTDIR', { status: 'gone' }],
    ['EACCES', { status: 'denied' }],
    ['EPERM', { status: 'denied' }],
    ['EIO', { status: 'failed', code: 'EIO' }],
    ['EMFILE', { status: 'failed', code: 'EMFILE' }],
    ['EOPNOTSUPP', { status: 'failed', code: 'EOPNOTSUPP' }],
  ])('names what %s means', (code, outcome) => {
    expect(createKernelFiles().attempt('test', failing(code))).toEqual(outcome);
  });

  it('hides no mistake of ours: an error without a code is thrown on', () => {
    const { root } = createTree({ file: '' });
    const mistaken = () => {
      throw new TypeError('a bug');
    };
    expect(() => createKernelFiles().read('test', `${root}/file`, mistaken)).toThrow('a bug');
    expect(() => createKernelFiles().attempt('test', mistaken)).toThrow('a bug');
  });
});

describe('the buffer', () => {
  it.each([0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 500_000, MIB - 1])(
    'takes a file of %i bytes whole',
    (size) => {
      const { root } = createTree();
      writeFileSync(`${root}/file`, Buffer.alloc(size, 'x'));
      const outcome = createKernelFiles().read('test', `${root}/file`, (bytes) => [bytes.length, bytes.at(-1)]);
      expect(outcome).toEqual({ status: 'ok', value: [size, size === 0 ? undefined : 'x'.charCodeAt(0)] });
    },
  );

  it('refuses a file above 1 MiB, and reads the next one', () => {
    const { root } = createTree({ small: 'small' });
    writeFileSync(`${root}/large`, Buffer.alloc(MIB + 1));
    const files = createKernelFiles();
    expect(files.read('test', `${root}/large`, text)).toEqual({ status: 'failed', code: 'EFBIG' });
    expect(files.read('test', `${root}/small`, text)).toEqual({ status: 'ok', value: 'small' });
  });

  it('shows nothing of what was read before', () => {
    const { root } = createTree({ long: 'x'.repeat(1000), short: 'y' });
    const files = createKernelFiles();
    files.read('test', `${root}/long`, text);
    expect(okValue(files.read('test', `${root}/short`, text))).toBe('y');
  });
});

describe('the counts', () => {
  it('are kept by source: how many reads there were, and how many came to what', () => {
    const { root } = createTree({ file: 'x' });
    const files = createKernelFiles();
    files.read('a', `${root}/file`, text);
    files.read('a', `${root}/nothing`, text);
    files.read('a', `${root}/file`, () => undefined);
    files.attempt('b', failing('EACCES'));
    files.attempt('b', failing('EIO'));
    expect(Object.fromEntries(files.counts())).toEqual({
      a: { total: 3, failures: { gone: 1, denied: 0, malformed: 1, failed: 0 } },
      b: { total: 2, failures: { gone: 0, denied: 1, malformed: 0, failed: 1 } },
    });
  });

  it('have nothing missing that this kernel has never had', () => {
    const { root } = createTree({ late: 'x' });
    const files = createKernelFiles();
    const missing = () => files.counts().get('optional')?.failures.gone;
    files.read('optional', `${root}/nothing`, text);
    expect(missing()).toBe(0);
    files.read('optional', `${root}/late`, text);
    files.read('optional', `${root}/nothing`, text);
    expect(missing()).toBe(2);
  });

  it('leave a failed reading without a value', () => {
    expect(okValue({ status: 'gone' })).toBeUndefined();
    expect(okValue({ status: 'failed', code: 'EIO' })).toBeUndefined();
    expect(okValue({ status: 'ok', value: 0 })).toBe(0);
  });
});
