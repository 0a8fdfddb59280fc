import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const ROWS = readFileSync(new URL('docs/when-things-go-wrong.md', ROOT), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').slice(1, -1));

it('says of every fault what is done, what is lost, what says so and what proves it', () => {
  expect(ROWS.length).toBeGreaterThan(15);
  expect(ROWS.filter((cells) => cells.length !== 5 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
});

it('names only tests that exist', () => {
  const named = ROWS.flatMap((cells) => cells[4]!.match(/[\w/.-]+\.test\.ts/g) ?? []);
  expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
