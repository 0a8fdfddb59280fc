import { expect, onTestFinished, test, vi } from 'vitest';
import { createFilesystemSizes, SIZE_INTERVAL_MS } from '../../../src/sources/docker/filesystem-sizes.ts';
import { container } from '../../fakes/containers.ts';

const [WEB, DB] = [container('web'), container('db')];

function start(answer: (id: string) => Promise<unknown>) {
  let nowMs = 1_000;
  const asked: string[] = [];
  const size = (id: string): Promise<unknown> => {
    asked.push(id);
    return answer(id);
  };
  const sizes = createFilesystemSizes({ client: { size }, now: () => nowMs });
  onTestFinished(() => sizes.close());
  return { sizes, asked, pass: (ms: number) => (nowMs += ms) };
}

test('are asked for one after the other, without anybody waiting', async () => {
  let open = 0;
  const { sizes, asked } = start(async (id) => {
    open += 1;
    expect(open).toBe(1);
    await Promise.resolve();
    open -= 1;
    return { SizeRw: id === WEB.id ? 7 : 0 };
  });
  expect(sizes.addTo([WEB, DB])).toEqual([WEB, DB]);
  await vi.waitFor(() => expect(sizes.addTo([WEB, DB]).map(({ writableBytes }) => writableBytes)).toEqual([7, 0]));
  expect(asked).toEqual([WEB.id, DB.id]);
});

test('stand until their time has come', async () => {
  let bytes = 7;
  const { sizes, asked, pass } = start(async () => ({ SizeRw: bytes }));
  const shows = (value: number) => vi.waitFor(() => expect(sizes.addTo([WEB])[0]?.writableBytes).toBe(value));
  await shows(7);
  bytes = 9;
  pass(SIZE_INTERVAL_MS - 1);
  await shows(7);
  expect(asked).toHaveLength(1);
  pass(1);
  await shows(9);
});

test('are absent where the engine does not say, and it is not asked again before the time has come', async () => {
  const { sizes, asked } = start((id) =>
    id === WEB.id ? Promise.reject(new Error('500')) : Promise.resolve({ SizeRw: -1 }),
  );
  sizes.addTo([WEB, DB]);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(sizes.addTo([WEB, DB])).toEqual([WEB, DB]);
  expect(asked).toHaveLength(2);
});

test('are not asked for containers that do not run, and forgotten with their containers', async () => {
  const { sizes, asked } = start(async () => ({ SizeRw: 7 }));
  sizes.addTo([WEB, container('old', { state: 'exited' })]);
  await vi.waitFor(() => expect(sizes.addTo([WEB])[0]?.writableBytes).toBe(7));
  sizes.addTo([]);
  sizes.addTo([WEB]);
  await vi.waitFor(() => expect(asked).toEqual([WEB.id, WEB.id]));
});

test('leave the engine alone for nine times as long as it took, unless they are closed', async () => {
  const { sizes, asked } = start(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { SizeRw: 7 };
  });
  sizes.addTo([WEB, DB]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(asked).toEqual([WEB.id]);
  await sizes.close();
  expect(asked).toEqual([WEB.id]);
});
