import { describe, expect, it } from 'vitest';
import { endsAtReload } from '../../src/build/reload.ts';
import { load } from '../config/load-fixture.ts';
import { container } from '../fakes/containers.ts';

const config = (settings: Readonly<Record<string, unknown>> = {}) =>
  load({ flags: Object.entries(settings).map(([key, value]) => ({ key, value, origin: 'the test' })) }).config;

const endedBetween = (before: Parameters<typeof config>[0], after: Parameters<typeof config>[0]) =>
  ['web', 'db'].filter((name) => endsAtReload(config(before), config(after))(container(name)));

describe('series that end at a reload', () => {
  it.each([
    ['nothing', {}],
    ['the interval', { 'collection.intervalMs': 5_000 }],
    ['the log', { 'log.level': 'debug' }],
    ['how much may wait', { 'outbox.maxBytes': 5_000_000 }],
    ['the page', { 'status.address': '127.0.0.1:1' }],
  ])('are none where %s has changed', (_, after) => {
    expect(endedBetween({}, after)).toEqual([]);
  });

  it('are those of the containers that are left out from now on', () => {
    expect(endedBetween({}, { 'containers.exclude': ['db'] })).toEqual(['db']);
    expect(endedBetween({ 'containers.include': ['web', 'db'] }, { 'containers.include': ['web'] })).toEqual(['db']);
  });

  it.each([
    ['a family of metrics', { 'metrics.network.enabled': false }],
    ['a metric', { 'metrics.exclude': ['container.memory.usage'] }],
    ['an attribute of every Resource', { 'resource.attributes': new Map([['team', 'a']]) }],
    ['the labels', { 'containers.labels': ['team'] }],
    ['the receiver', { 'push.endpoint': 'http://other:4318/v1/metrics' }],
    ['where containers come from', { 'discovery.source': 'cgroup' }],
  ])('are all where %s has changed', (_, after) => {
    expect(endedBetween({}, after)).toEqual(['web', 'db']);
  });
});
