import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { describeWith } from '../parts.ts';
import { batch } from '../push/batches.ts';
import { createTestOutbox, drain } from '../push/outboxes.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';

describeWith(['linux', 'root'], 'an outbox on a real file system', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  async function mount(options: string): Promise<string> {
    const directory = await createTempDir(releasers);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
    releasers.add('file system', async () => void execFileSync('umount', [directory]));
    return directory;
  }

  function open(directory: string) {
    const { log, texts } = createLogLines();
    const file = openOutboxFile({ directory, log, unixMs: Date.now });
    if (file) releasers.add('database', async () => file.close());
    return { file, texts };
  }

  it('that is full loses nothing, says it once and empties both places in order', async () => {
    const { file } = open(await mount('size=24m'));
    const { outbox, texts } = createTestOutbox({ store: file!.store('default') });
    const sent = Array.from({ length: 100 }, () => randomBytes(200_000));
    for (const body of sent)
      outbox.put({ body, contentType: 'application/json', contentEncoding: 'gzip', pointCount: 1 });
    expect(outbox.state().writeErrors).toBeGreaterThan(5);
    expect(texts().filter((text) => text.includes('cannot be written'))).toHaveLength(1);
    for (const body of sent) {
      const first = outbox.peek()!;
      expect(Buffer.compare(first.body, body)).toBe(0);
      outbox.accepted(first);
    }
    expect(outbox.state()).toMatchObject({ batches: 0, dropped: { full: 0, unreadable: 0 } });
    outbox.put({ body: sent[0]!, contentType: 'application/json', pointCount: 1 });
    outbox.postponed(outbox.peek()!);
    expect(file!.store('default').list()).toHaveLength(1);
    expect(texts()).toContain('the outbox can be written again');
  });

  it('that is read-only is gone without, which is said', async () => {
    const { file, texts } = open(await mount('ro'));
    expect(file).toBeUndefined();
    expect(texts()).toEqual([expect.stringContaining('the outbox is kept in memory only')]);
  });
});

describeWith(['linux', 'root', 'loopMount'], 'an outbox whose file system becomes read-only while it is used', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  it('goes on in memory and sends what is in both places in order, which is said once and counted', async () => {
    const [directory, image] = [await createTempDir(releasers), join(await createTempDir(releasers), 'image')];
    writeFileSync(image, '');
    truncateSync(image, 64 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, directory]);
    releasers.add('file system', async () => void execFileSync('umount', [directory]));
    const { log } = createLogLines();
    const file = openOutboxFile({ directory, log, unixMs: Date.now })!;
    releasers.add('database', async () => file.close());
    const { outbox, texts } = createTestOutbox({ store: file.store('default') });
    for (let n = 0; n < 6; n++) outbox.put(batch(`disk ${n}`));
    outbox.postponed(outbox.peek()!);

    // As the kernel does it after an error of the disk, though files are open for writing.
    execFileSync('mount', ['-o', 'remount,abort', directory], { stdio: 'ignore' });
    expect(() => writeFileSync(join(directory, 'file'), '')).toThrow('EROFS');
    for (let n = 0; n < 5; n++) outbox.put(batch(`memory ${n}`));
    expect(outbox.state()).toMatchObject({ batches: 11, dropped: { full: 0, unreadable: 0 } });
    expect(outbox.state().writeErrors).toBeGreaterThanOrEqual(5);
    const sent = drain(outbox);
    expect(sent).toEqual([
      ...Array.from({ length: 6 }, (_, n) => `disk ${n}`),
      ...Array.from({ length: 5 }, (_, n) => `memory ${n}`),
    ]);
    expect(texts().filter((text) => text.includes('cannot be written'))).toHaveLength(1);
  });
});
