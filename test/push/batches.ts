import type { Batch } from '../../src/push/batch.ts';

/** A batch of one point whose body is this text. */
export function batch(text: string, more: Partial<Batch> = {}): Batch {
  return { body: Buffer.from(text), contentType: 'application/x-protobuf', pointCount: 1, ...more };
}
