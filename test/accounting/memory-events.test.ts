import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContainerAccount } from '../../src/accounting/container-account.ts';
import { createMemoryEventsAccount } from '../../src/accounting/memory-events.ts';
import type { MemoryEvents } from '../../src/sources/cgroup/memory-events.ts';
import { checkState } from '../../src/state/state-shape.ts';
import { container } from '../fakes/containers.ts';

const own = { max: 5, oomKill: 0 };
const children = (entries: Readonly<Record<string, MemoryEvents>>) => new Map(Object.entries(entries));

describe('memory events with those of child cgroups', () => {
  it('are the sum, and stay when a child is removed', () => {
    const account = createMemoryEventsAccount();
    const both = children({ '/a': { max: 2, oomKill: 1 }, '/a/b': { max: 1, oomKill: 3 } });
    expect(account.account(own, both)).toEqual({ max: 8, oomKill: 4 });
    expect(account.account(own, children({ '/a': { max: 3, oomKill: 1 } }))).toEqual({ max: 9, oomKill: 4 });
    expect(account.account(own, children({}))).toEqual({ max: 9, oomKill: 4 });
  });

  it('count anew a child that takes the name of another', () => {
    const account = createMemoryEventsAccount();
    account.account(own, children({ '/a': { max: 7, oomKill: 2 } }));
    expect(account.account(own, children({ '/a': { max: 0, oomKill: 1 } }))).toEqual({ max: 12, oomKill: 3 });
  });

  it('are as they were for a child that cannot be read, and where nobody can say which there are', () => {
    const account = createMemoryEventsAccount();
    account.account(own, children({ '/a': { max: 7, oomKill: 2 } }));
    expect(account.account(own, children({ '/a': {} }))).toEqual({ max: 12, oomKill: 2 });
    expect(account.account(own, undefined)).toEqual({ max: 12, oomKill: 2 });
  });

  it('are unknown where the container’s own are', () => {
    const account = createMemoryEventsAccount();
    expect(account.account({ oomKill: 1 }, children({ '/a': { max: 7, oomKill: 2 } }))).toEqual({ oomKill: 3 });
  });

  it('are handed on as they are where there never was a child', () => {
    const account = createMemoryEventsAccount();
    expect(account.account(own, children({}))).toBe(own);
    expect(account.account(own, undefined)).toBe(own);
  });

  it('never fall, and miss nothing that was read before its cgroup was removed', () => {
    const step = fc.record({ name: fc.nat(3), grow: fc.nat(5), kills: fc.nat(1), remove: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const account = createMemoryEventsAccount();
      const living = new Map<string, { max: number; oomKill: number }>();
      let truth = 0;
      for (const { name, grow, kills, remove } of steps) {
        const path = `/${name}`;
        // One that takes the name of another within a cycle is known by a fall only.
        if (remove) living.delete(path);
        else {
          const before = living.get(path) ?? { max: 0, oomKill: 0 };
          living.set(path, { max: before.max + grow, oomKill: before.oomKill + kills });
          truth += grow;
        }
        expect(account.account(own, new Map(living)).max).toBe(5 + truth);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('memory events after a restart of the agent', () => {
  const before = createMemoryEventsAccount();
  before.account(own, children({ '/a': { max: 2, oomKill: 1 }, '/b': { max: 1, oomKill: 1 } }));
  before.account(own, children({ '/b': { max: 1, oomKill: 1 } }));
  const memory = JSON.parse(JSON.stringify(before.remember()));
  const there = children({ '/b': { max: 4, oomKill: 1 } });

  it('go on from what is remembered', () => {
    expect(createMemoryEventsAccount(memory).account(own, there)).toEqual({ max: 11, oomKill: 2 });
  });

  it('are part of what a container’s account remembers, and of its usage', () => {
    const reading = (childMemoryEvents: ReadonlyMap<string, MemoryEvents>) => ({
      container: container('web'),
      processes: [],
      cgroup: { memoryEvents: own, childMemoryEvents },
      disks: [],
    });
    const first = createContainerAccount();
    first.account(reading(there), { unixMs: 9_000, monotonicMs: 0 });
    const second = createContainerAccount(JSON.parse(JSON.stringify(first.remember())));
    const usage = second.account(reading(children({})), { unixMs: 10_000, monotonicMs: 0 });
    expect(usage.memoryEvents).toEqual({ max: 9, oomKill: 1 });
    expect(
      checkState(JSON.parse(JSON.stringify({ bootId: 'b', runs: [{ id: 'a', memory: second.remember() }] }))),
    ).toBeDefined();
  });
});
