import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { DECLARATIONS } from '../../src/config/schema.ts';
import { METRIC_DEFINITIONS } from '../../src/instruments/definitions.ts';
import { importsOf, readModules } from './modules.ts';

const ROOT = new URL('../../', import.meta.url);

type Row = {
  readonly fault: string;
  readonly done: string;
  readonly lost: string;
  readonly said: string;
  readonly proof: string;
};

const CELLS = readFileSync(new URL('docs/when-things-go-wrong.md', ROOT), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').slice(1, -1));
const ROWS: readonly Row[] = CELLS.map(([fault = '', done = '', lost = '', said = '', proof = '']) => ({
  fault,
  done,
  lost,
  said,
  proof,
}));

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, words]) => words!);
const METRIC = /^(?:plimsoll|otel|process|container)\.[\w.]+(?:\{.*\})?$/;
/** A label of the metric that is named before it. */
const LABEL = /^\{.*\}$/;
/** What another program says or is called. */
const ELSEWHERE = new Set(['systemctl status']);

it('says of every fault what is done, what is lost, what says so and what proves it', () => {
  expect(ROWS.length).toBeGreaterThan(15);
  expect(CELLS.filter((cells) => cells.length !== 5 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
});

it('names only metrics and values of their attributes that exist', () => {
  const wrong = ROWS.flatMap(({ said }) => quoted(said).filter((words) => METRIC.test(words))).filter((words) => {
    const [, name, attribute, value] = /^([\w.]+)(?:\{([\w.]+)="(.*)"\})?$/.exec(words) ?? [];
    const definition = METRIC_DEFINITIONS.find((each) => each.name === name);
    if (!definition || attribute === undefined) return !definition;
    const found = definition.attributes?.find((each) => each.name === attribute);
    return !found || (found.values !== undefined && !found.values.includes(value!));
  });
  expect(wrong).toEqual([]);
});

it('quotes only words that the agent says', () => {
  const sources = readModules(ROOT.pathname, ['src'])
    .map(({ text }) => text)
    .join('\n');
  const logged = ROWS.flatMap(({ said }) => quoted(said)).filter(
    (words) => !METRIC.test(words) && !LABEL.test(words) && !ELSEWHERE.has(words),
  );
  expect(logged.length).toBeGreaterThan(20);
  // What is filled in stands as … or in capitals; what is put together of two texts has a colon between them.
  const pieces = logged.flatMap((words) => words.split(/…|[A-Z]{2,}\b(?= |$)|: /)).map((piece) => piece.trim());
  expect(pieces.filter((piece) => piece !== '' && !sources.includes(piece))).toEqual([]);
});

it('names only keys of the configuration that exist', () => {
  const sections = new Set([...DECLARATIONS.keys()].map((key) => key.split('.')[0]));
  const keys = ROWS.flatMap(({ fault, done, lost }) => quoted(`${fault}${done}${lost}`)).filter((words) =>
    sections.has(/^(\w+)\.\w+$/.exec(words)?.[1]),
  );
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key) => !DECLARATIONS.has(key))).toEqual([]);
});

const testsOf = ({ proof }: Row): string[] => proof.match(/[\w/.-]+\.test\.ts/g) ?? [];

it('names only tests that exist, and of every fault at least one, or says why there is none', () => {
  expect(ROWS.flatMap(testsOf).filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  expect(ROWS.filter((row) => testsOf(row).length === 0 && !row.proof.trim().startsWith('none: '))).toEqual([]);
});

/** What a test has to say anything of, to be about a fault: words of its own, or those that the agent says. */
const EVERYWHERE = new Set(['agent', 'collector', 'container', 'containers', 'engine', 'which', 'where', 'their']);

/** A test's text, with that of what it is made of. */
function withImports(path: string): string {
  const text = readFileSync(new URL(path, ROOT), 'utf8');
  const parts = importsOf(path, text).filter(({ target }) => dirname(target) === dirname(path));
  return [text, ...parts.map(({ target }) => readFileSync(new URL(target, ROOT), 'utf8'))].join('\n');
}

it('names only tests that speak of the fault', () => {
  const silent = ROWS.flatMap((row) => {
    const ownWords = (`${row.fault}${row.done}`.toLowerCase().match(/[a-z]{4,}|\d{3}/g) ?? []).filter(
      (word) => !EVERYWHERE.has(word),
    );
    return testsOf(row)
      .filter((path) => {
        const text = withImports(path).toLowerCase();
        const said = quoted(row.said).some((words) => text.includes(words.toLowerCase()));
        return !said && !ownWords.some((word) => text.includes(word.replace(/(ed|ing|s)$/, '')));
      })
      .map((path) => `${row.fault.trim()}: ${path}`);
  });
  expect(silent).toEqual([]);
});
