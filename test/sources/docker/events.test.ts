import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, parseEventBeginning, parseEventLine } from '../../../src/sources/docker/events.ts';
import { containerId } from '../../fakes/docker-documents.ts';

const ID = containerId('ab');
const line = (event: object) => parseEventLine(JSON.stringify({ Type: 'container', Actor: { ID }, ...event }));

test('finds the container that changed', () => {
  for (const Action of ['start', 'die', 'destroy', 'rename', 'pause', 'unpause', 'health_status: healthy', 'died']) {
    expect(line({ Action })).toEqual({ kind: 'changed', id: ID });
  }
});

test('passes over what changes nothing here', () => {
  expect(line({ Action: 'exec_start: sh' })).toEqual({ kind: 'other' });
  expect(line({ Type: 'image', Action: 'destroy' })).toEqual({ kind: 'other' });
});

test('takes no path for an identifier', () => {
  expect(line({ Action: 'die', Actor: { ID: '../../images/json?x=' } })).toEqual({ kind: 'garbage' });
});

test('never throws on any line', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseEventLine(text)).toHaveProperty('kind');
    }),
  );
});

test('cuts bytes into the same lines, however they arrive', () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '😀', '"'), minLength: 1, maxLength: 20 }));
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 7 }), (expected, size) => {
      const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
      const seen: string[] = [];
      const splitter = createLineSplitter({
        maxLineBytes: 1000,
        onLine: (text) => seen.push(text),
        onOverlong: () => expect.unreachable(),
      });
      for (let start = 0; start < bytes.length; start += size) splitter.push(bytes.subarray(start, start + size));
      expect(seen).toEqual(expected);
    }),
  );
});

test('drops an endless line up to its end and goes on', () => {
  const seen: string[] = [];
  let overlong = 0;
  const splitter = createLineSplitter({
    maxLineBytes: 10,
    onLine: (text) => seen.push(text),
    onOverlong: () => {
      overlong += 1;
    },
  });
  for (let chunk = 0; chunk < 100; chunk += 1) splitter.push(Buffer.alloc(100, 'x'));
  splitter.push(Buffer.from('tail\nnext\n\n'));
  expect(seen).toEqual(['next']);
  expect(overlong).toBe(1);
});

test('takes from the beginning of a line that is too long which container it is about', () => {
  const Attributes = { image: 'redis:7', label: 'x'.repeat(100_000) };
  const event = { status: 'start', id: ID, Type: 'container', Action: 'start', Actor: { ID, Attributes }, time: 5 };
  const beginning = Buffer.from(JSON.stringify(event)).subarray(0, 1_000);
  expect(parseEventBeginning(beginning)).toEqual({ kind: 'changed', id: ID });
  expect(parseEventBeginning(Buffer.from('x'.repeat(1_000)))).toEqual({ kind: 'garbage' });
});
