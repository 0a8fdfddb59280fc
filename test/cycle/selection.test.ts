import { describe, expect, it } from 'vitest';
import { createSelection } from '../../src/cycle/selection.ts';
import type { Container } from '../../src/sources/container.ts';
import { container } from '../fakes/containers.ts';

const web = container('shop-web-1', {
  image: { name: 'registry.example.org/shop/web', tags: ['1.4', 'latest'], id: `sha256:${'a'.repeat(64)}` },
  labels: { 'com.docker.compose.project': 'shop', tier: 'front' },
});

const selects = (include: readonly string[], exclude: readonly string[] = [], each: Container = web) =>
  createSelection({ include, exclude })(each);

describe('selection of containers', () => {
  it('is of all without patterns', () => {
    expect(selects([])).toEqual({ measured: true, reason: 'all containers are measured' });
  });

  it.each([
    ['shop-web-1', true],
    ['shop-*', true],
    ['name:shop-*', true],
    ['shop', false],
    ['*web*', true],
    ['shop-web-?', true],
    ['{shop,stock}-web-[0-9]', true],
    ['SHOP-*', false],
    ['image:registry.example.org/shop/web', true],
    ['image:*/web', true],
    ['image:*web:1.*', true],
    ['image:*web:2.*', false],
    ['image:web', false],
    ['label:tier', true],
    ['label:tier=front', true],
    ['label:tier=back', false],
    ['label:com.docker.compose.*=sh*', true],
    ['label:owner', false],
    ['!shop-*', false],
  ])('with %s says %s', (pattern, measured) => {
    expect(selects([pattern]).measured).toBe(measured);
    expect(selects([], [pattern]).measured).toBe(!measured);
  });

  it('names the pattern that decided', () => {
    expect(selects(['nothing', 'shop-*']).reason).toBe('containers.include has shop-*');
    expect(selects([], ['label:tier']).reason).toBe('containers.exclude has label:tier');
    expect(selects(['db']).reason).toBe('no pattern of containers.include matches it');
  });

  it('lets exclude win over include', () => {
    expect(selects(['shop-*'], ['*-web-*'])).toEqual({ measured: false, reason: 'containers.exclude has *-web-*' });
  });

  it.each(['false', 'False', 'FALSE'])(
    'leaves out what is labelled plimsoll.enable=%s, whatever the patterns',
    (value) => {
      const labelled = { ...web, labels: { 'plimsoll.enable': value } };
      expect(selects(['shop-*'], [], labelled)).toEqual({
        measured: false,
        reason: 'its label plimsoll.enable is false',
      });
    },
  );

  it('is not moved by plimsoll.enable=true', () => {
    const labelled = { ...web, labels: { 'plimsoll.enable': 'true' } };
    expect(selects([], ['shop-*'], labelled).measured).toBe(false);
  });

  it('matches names as hostile as can be made', () => {
    const hostile = container('<b>(x) [y] {z} \n*', { image: { tags: [] } });
    expect(selects(['*'], [], hostile).measured).toBe(true);
    expect(selects(['image:*'], [], hostile).measured).toBe(false);
  });
});
