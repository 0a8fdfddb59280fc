import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { formatState, parseState, STATE_VERSION } from '../../src/state/state-format.ts';
import { container } from '../fakes/containers.ts';

/* A state whose digest fits and whose form does not was handed to accounting, which threw at the agent's start. */

function withDigest(body: string): string {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${JSON.stringify({ plimsoll: 'state', version: STATE_VERSION, sha256 })}\n${body}\n`;
}

const accounts = createAccounts();
accounts.of(container('web'));
const state = { bootId: 'boot', runs: accounts.remember() };
const body = JSON.stringify(state);

it('takes what it wrote', () => {
  expect(parseState(formatState(state)).runs).toHaveLength(1);
});

it.each([
  ['no JSON', '{', 'no JSON'],
  ['no runs', '{"bootId":"boot"}', 'the state.runs'],
  ['a run of nothing', '{"bootId":"boot","runs":[null]}', 'the state.runs[0]'],
  ['a list that is none', body.replace('"present":[]', '"present":5'), 'the state.runs[0].memory.processes.present'],
  ['a number that is endless', body.replace('"carry":[]', '"carry":[1e999]'), 'carry[0]'],
  [
    'a member that cannot be written',
    body.replace('"runs":[', `"more":${'['.repeat(1e5)}${']'.repeat(1e5)},"runs":[`),
    'written',
  ],
  ['a member that is endless', body.replace('"runs":[', '"more":1e999,"runs":['), 'written'],
  ['a past that is none', body.replace('"procfs":"known"', '"procfs":"constructor"'), 'pasts.procfs'],
])('refuses %s', (_, wrong, where) => {
  expect(wrong).not.toBe(body);
  expect(() => parseState(withDigest(wrong))).toThrow(where);
});
