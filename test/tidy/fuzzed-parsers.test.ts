import { expect, it } from 'vitest';
import { FUZZ_TARGETS } from '../fuzz/targets.ts';
import { readModules } from './modules.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const PARSER = /^export (?:async )?(?:function|const) (parse\w+)/gm;

it('fuzzes every parser', () => {
  const parsers = readModules(ROOT, ['src']).flatMap(({ path, text }) =>
    [...text.matchAll(PARSER)].map(([, name]) => `${path} ${name}`),
  );
  expect(parsers.length).toBeGreaterThan(40);
  const fuzzed = new Set(FUZZ_TARGETS.flatMap(({ covers }) => covers));
  expect(parsers.filter((parser) => !fuzzed.has(parser))).toEqual([]);
});

it('names only functions that exist', () => {
  const modules = new Map(readModules(ROOT, ['src']).map(({ path, text }) => [path, text]));
  const missing = FUZZ_TARGETS.flatMap(({ covers }) => covers).filter((cover) => {
    const [path = '', name] = cover.split(' ');
    return !new RegExp(`^export (function|const) ${name}\\b`, 'm').test(modules.get(path) ?? '');
  });
  expect(missing).toEqual([]);
});
