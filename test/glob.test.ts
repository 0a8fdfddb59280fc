import { expect, it } from 'vitest';
import { glob } from '../src/glob.ts';

it('matches plain texts: dots, slashes and line ends are letters like others', () => {
  expect(glob('container.memory.*')('container.memory.rss')).toBe(true);
  expect(glob('registry.example/*')('registry.example/shop/web')).toBe(true);
  expect(glob('*')('two\nlines')).toBe(true);
  expect(glob('container.memory.*')('container.cpu.time')).toBe(false);
  expect(glob('!web')('db')).toBe(false);
});

it('gives the same answer as a callback of an array, which hands over more than the text', () => {
  expect(['db', 'cache', 'web'].filter(glob('web'))).toEqual(['web']);
  expect(['db', 'cache'].some(glob('web'))).toBe(false);
});

it('matches nothing but the empty text where it is empty itself', () => {
  expect(glob('')('')).toBe(true);
  expect(glob('')('web')).toBe(false);
});
