import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseComm, parseExecutableLink, readExecutable } from '../../../src/sources/proc/executable.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

describe('the name of an executable', () => {
  it('is the base name of what the link leads to, deleted or not', () => {
    expect(parseExecutableLink('/usr/sbin/nginx')).toBe('nginx');
    expect(parseExecutableLink('/usr/bin/python3.12 (deleted)')).toBe('python3.12');
    expect(parseExecutableLink('/opt/a b/c (d)')).toBe('c (d)');
    expect(parseExecutableLink('/')).toBeUndefined();
  });

  it('is never longer than 64 characters, and none of them is cut in two', () => {
    expect(parseExecutableLink(`/${'😀'.repeat(100)}`)).toBe('😀'.repeat(64));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const parsed = parseExecutableLink(`/bin/${name}`) ?? '';
        expect(Array.from(parsed).length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('is that of a real process', () => {
    expect(readExecutable(procAt('/proc'), process.pid)).toBe(basename(process.execPath));
  });

  it('is in comm for those whose link may not be read or is not there', () => {
    const tree = createTree({ '7/comm': 'kworker/0:1\n', '8/comm': 'a\nb\n', '9/comm': '\n' });
    tree.link('8/exe', '/bin/busybox');
    const proc = procAt(tree.root);
    expect(readExecutable(proc, 7)).toBe('kworker/0:1');
    expect(readExecutable(proc, 8)).toBe('busybox');
    expect(readExecutable(proc, 9)).toBeUndefined();
    expect(readExecutable(proc, 10)).toBeUndefined();
  });

  it('may hold anything but the newline that the kernel ends it with', () => {
    expect(parseComm(Buffer.from('a\nb\n'))).toBe('a\nb');
    expect(parseComm(fixture('proc/opt-in/comm'))).toBe('threads');
    expectToSurvive(parseComm, fixtures('proc/*/comm'));
  });
});
