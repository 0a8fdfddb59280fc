import { expect, it } from 'vitest';
import { buildPush } from '../../src/build/push.ts';
import { LIMITS } from '../../src/limits.ts';
import { load } from '../config/load-fixture.ts';
import { createLogLines } from '../fakes/log-lines.ts';

it('limits of the status server are heard of by who counts them all', async () => {
  const { config } = load({ env: { PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0' } });
  const { log, texts } = createLogLines();
  const reached: string[] = [];
  const health = () => ({ startedAtMs: performance.now(), engine: 'ok' });
  const push = buildPush({ config, log }, health, undefined, (limit) => reached.push(limit));
  const aborting = new AbortController();
  try {
    await push.start();
    const url = /http:\S+/.exec(texts().join('\n'))![0];
    const pages = Array.from({ length: LIMITS.pageClients.max + 1 }, () =>
      fetch(new URL('/events', url), { signal: aborting.signal }),
    );
    const statuses = (await Promise.all(pages)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    expect(reached).toEqual(['pageClients']);
  } finally {
    aborting.abort();
    await push.stop(100);
  }
});
