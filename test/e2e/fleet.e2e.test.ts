import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOtlpEndpoint, type OtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { describeWith } from '../parts.ts';
import { startTiers } from './parts/fleet.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

/** Statuses after which an agent keeps the batch and tries again. */
const RETRYABLE = [429, 502, 503, 504];

function request(): string {
  const nano = `${BigInt(Date.now()) * 1_000_000n}`;
  const dataPoints = [{ asDouble: 1.5, startTimeUnixNano: nano, timeUnixNano: nano }];
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints };
  const attributes = ['host.id', 'service.name'].map((key) => ({ key, value: { stringValue: 'one' } }));
  const scopeMetrics = [{ scope: { name: 'plimsoll' }, metrics: [{ name: 'container.cpu.time', unit: 's', sum }] }];
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] });
}

describeWith(['linux', 'fleetCollector'], 'the two tiers of deploy/fleet', () => {
  let releasers: Releasers;
  let backEnd: OtlpEndpoint;
  let push: () => Promise<number>;
  beforeAll(async () => {
    releasers = createReleasers();
    backEnd = await createOtlpEndpoint();
    releasers.add('back-end', backEnd.close);
    const { url } = await startTiers(releasers, backEnd.url);
    push = async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: request() });
      await answer.text();
      return answer.status;
    };
    // The gateway's name is looked up in the background.
    await waitFor('the tiers are one', async () => (await push()) === 200 || undefined, { timeoutMs: 20_000 });
  });
  afterAll(() => releasers.release());

  it('answer a push when the back-end has taken it', async () => {
    const before = backEnd.received.length;
    expect(await push()).toBe(200);
    expect(backEnd.received.length).toBe(before + 1);
    expect(backEnd.received.at(-1)?.headers['content-type']).toBe('application/x-protobuf');
  });

  it.each([500, 503, 429])(
    'give a push back to the agent, to be tried again, when the back-end answers %d',
    async (code) => {
      backEnd.answer(status(code));
      expect(RETRYABLE).toContain(await push());
      backEnd.answer(status(200));
      expect(await push()).toBe(200);
    },
  );

  it('give a push back to the agent when the back-end cannot be reached', async () => {
    backEnd.answer((response) => response.destroy());
    expect(RETRYABLE).toContain(await push());
    backEnd.answer(status(200));
    expect(await push()).toBe(200);
  });
});
