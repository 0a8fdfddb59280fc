import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Batch } from './batch.ts';
import type { Encoding } from './encoding.ts';

export type BatcherOptions = {
  readonly encoding: Pick<Encoding, 'contentType' | 'join'>;
  readonly compression: 'gzip' | 'none';
  /** Of the body before compression. A single chunk above it still goes out, alone. */
  readonly maxRequestBytes: number;
  /** Takes each batch as soon as it is full, so that a cycle never holds all of its bodies. */
  readonly deliver: (batch: Batch) => void;
};

export type Batcher = {
  add(chunk: Uint8Array, pointCount: number): Promise<void>;
  /** Delivers what is left. */
  finish(): Promise<void>;
};

const compress = promisify(gzip);

/**
 * Joins encoded chunks into request bodies that stay under the size limit, delivered in the order of their chunks also
 * where several callers add at once.
 */
export function createBatcher({ encoding, compression, maxRequestBytes, deliver }: BatcherOptions): Batcher {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let points = 0;
  let delivering: Promise<unknown> = Promise.resolve();

  async function finish(): Promise<void> {
    const earlier = delivering;
    if (chunks.length === 0) {
      await earlier;
      return;
    }
    const done = pack().then(async (batch) => {
      await earlier;
      deliver(batch);
    });
    // Its caller hears of a failure; those that come later do not.
    delivering = done.catch(() => undefined);
    await done;
  }

  async function pack(): Promise<Batch> {
    const body = encoding.join(chunks);
    const pointCount = points;
    chunks = [];
    bytes = 0;
    points = 0;
    const { contentType } = encoding;
    if (compression === 'none') return { body, contentType, pointCount };
    return { body: await compress(body), contentType, contentEncoding: 'gzip', pointCount };
  }

  return {
    async add(chunk, pointCount) {
      while (chunks.length > 0 && bytes + chunk.length > maxRequestBytes) await finish();
      chunks.push(chunk);
      bytes += chunk.length;
      points += pointCount;
    },
    finish,
  };
}
