import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { formatState, parseState } from '../../src/state/state-format.ts';

const STATE = { bootId: 'boot', runs: [], endedAtMs: 1_700_000_000_000 };

/** The text of a state with another body, and the digest of that. */
function withBody(body: string): string {
  const header = JSON.parse(formatState(STATE).split('\n')[0]!) as object;
  return `${JSON.stringify({ ...header, sha256: createHash('sha256').update(body).digest('hex') })}\n${body}\n`;
}

it('reads what it wrote', () => {
  expect(parseState(formatState(STATE))).toEqual(STATE);
});

it('refuses numbers that are larger than any, wherever they stand', () => {
  const body = JSON.stringify(STATE);
  expect(parseState(withBody(body))).toEqual(STATE);
  expect(() => parseState(withBody(body.replace('"runs":[]', '"runs":[],"more":[-1e999]')))).toThrow(/damaged/);
});
