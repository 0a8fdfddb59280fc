import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { Releasers } from './releasers.ts';
import { createTempDir } from './temp-dir.ts';
import { waitFor } from './wait.ts';

export type Sample = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Unix time in seconds at which the query was evaluated. */
  readonly timeSeconds: number;
};

export type Prometheus = {
  readonly url: string;
  readonly remoteWriteUrl: string;
  /** An instant query, now or at a Unix time in seconds. */
  query(promql: string, atSeconds?: number): Promise<Sample[]>;
  /** The raw samples of a range selector such as `up[5m]`, oldest first, with their own times. Staleness markers are not among them. */
  range(
    selector: string,
  ): Promise<{ labels: Readonly<Record<string, string>>; samples: { timeSeconds: number; value: number }[] }[]>;
};

const CONFIG = `
# Samples of several senders and of a queue that drains may be older than the head.
storage:
  tsdb:
    out_of_order_time_window: 10m
`;

/** A real Prometheus on loopback with an empty database, which takes remote writes and scrapes nothing. `text`: its configuration. */
export async function startPrometheus(releasers: Releasers, text = CONFIG): Promise<Prometheus> {
  const dir = await createTempDir(releasers);
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = join(dir, 'prometheus.yml');
  await writeFile(config, text);
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`];
  const web = [`--web.listen-address=${new URL(url).host}`, '--web.enable-remote-write-receiver'];
  const child = await startChild({ command: 'prometheus', args: [...flags, ...web] });
  releasers.add('Prometheus', () => child.stop());
  await waitFor('Prometheus is ready', async () => (await ask(`${url}/-/ready`)).ok || undefined, {
    timeoutMs: 30_000,
  });

  // biome-ignore lint/suspicious/noExplicitAny: Prometheus' own JSON.
  const instant = async (query: string, time?: number): Promise<any[]> => {
    const parameters = new URLSearchParams(time === undefined ? { query } : { query, time: String(time) });
    const response = await ask(`${url}/api/v1/query?${parameters}`);
    const body = await response.json();
    if (body.status !== 'success') throw new Error(`cannot query ${query}: ${body.error}`);
    return body.data.result;
  };
  return {
    url,
    remoteWriteUrl: `${url}/api/v1/write`,
    query: async (promql, at) =>
      (await instant(promql, at)).map(({ metric, value }) => ({
        labels: metric,
        timeSeconds: value[0],
        value: Number(value[1]),
      })),
    range: async (selector) =>
      (await instant(selector)).map(({ metric, values }) => ({
        labels: metric,
        samples: values.map(([timeSeconds, value]: [number, string]) => ({ timeSeconds, value: Number(value) })),
      })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: Response of the built-in fetch, with its untyped json().
function ask(url: string): Promise<any> {
  return fetch(url, { signal: AbortSignal.timeout(10_000) });
}
