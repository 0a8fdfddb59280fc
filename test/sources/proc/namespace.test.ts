import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNamespaceLink, readHostNetNamespace, readNamespace } from '../../../src/sources/proc/namespace.ts';
import { expectCounts } from '../corruption.ts';
import { FIXTURES } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

describe('the link to a namespace', () => {
  it('names its inode', () => {
    expect(parseNamespaceLink('net:[4026531840]')).toBe(4_026_531_840);
    expect(parseNamespaceLink('pid_for_children:[4026531836]')).toBe(4_026_531_836);
  });

  it('is refused in any other form', () => {
    for (const link of ['', 'net:[]', 'net:[-1]', 'net:[1]x', '/proc/1', 'net:4026531840', `net:[${'9'.repeat(30)}]`]) {
      expect(parseNamespaceLink(link), link).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (link) => expectCounts(parseNamespaceLink(link))));
  });
});

describe('the namespace of a process', () => {
  it('is read from its link', () => {
    const proc = procAt(`${FIXTURES}hosts/v1-docker/proc`);
    const shop = readNamespace(proc, 4379, 'net');
    expect(shop).toMatchObject({ status: 'ok' });
    expect(readNamespace(proc, 4530, 'net')).toEqual(shop);
    expect(readNamespace(proc, 4471, 'net')).not.toEqual(shop);
  });

  it('is gone with the process, and malformed where the link is something else', () => {
    const tree = createTree();
    tree.link('7/ns/net', 'somewhere');
    expect(readNamespace(procAt(tree.root), 8, 'net')).toEqual({ status: 'gone' });
    expect(readNamespace(procAt(tree.root), 7, 'net')).toEqual({ status: 'malformed' });
  });
});

describe("the host's network namespace", () => {
  it('is that of process 1 where process 1 is the first of all', () => {
    const tree = createTree();
    tree.link('1/ns/pid', FIRST_PID_NAMESPACE);
    tree.link('1/ns/net', 'net:[5]');
    expect(readHostNetNamespace(procAt(tree.root))).toBe(5);
  });

  it('is that of kthreadd where process 1 may not be looked at', () => {
    const proc = procAt(`${FIXTURES}hosts/v1-docker/proc`);
    expect(readHostNetNamespace(proc)).toBe(4_026_531_833);
  });

  it('cannot be known in another PID namespace, where process 1 is somebody else', () => {
    const tree = createTree();
    for (const pid of [1, 2]) {
      tree.link(`${pid}/ns/pid`, 'pid:[4026532627]');
      tree.link(`${pid}/ns/net`, 'net:[5]');
    }
    expect(readHostNetNamespace(procAt(tree.root))).toBeUndefined();
  });

  it('cannot be known without a process to look at', () => {
    expect(readHostNetNamespace(procAt(createTree().root))).toBeUndefined();
  });
});
