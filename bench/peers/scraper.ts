import type { Deliveries } from '../deliveries.ts';

/** One answer to a scrape, as far as it is of the herd's containers. */
export type Scrape = {
  readonly containers: number;
  readonly series: number;
  /** From the oldest reading in it to the newest. */
  readonly spreadMs: number;
  /** When each container was read, where the samples say it; else each was read when it was asked for. */
  readonly readAtMs?: ReadonlyMap<string, number>;
};

export type Answer = { readonly text: string; readonly tookMs: number };

export type Scraper = {
  discard(): void;
  take(): Deliveries;
  /** Ends it once the present scrape has been answered. */
  stop(): Promise<void>;
};

export type ScraperOptions = {
  readonly url: string;
  readonly intervalMs: number;
  readonly parse: (answer: Answer) => Scrape;
};

/** Scrapes as Prometheus does: every interval, compressed. */
export function startScraper({ url, intervalMs, parse }: ScraperOptions): Scraper {
  let taken: { answer: Answer; bytes: number }[] = [];
  let before: Answer | undefined;
  let running: Promise<void> = Promise.resolve();
  let failure: unknown;
  const timer = setInterval(() => {
    running = scrape(url).then(
      (each) => void taken.push(each),
      (error: unknown) => {
        failure = error;
      },
    );
  }, intervalMs);
  return {
    discard() {
      before = taken.at(-1)?.answer ?? before;
      taken = [];
    },
    take() {
      if (failure !== undefined) throw new Error(`cannot scrape ${url}`, { cause: failure });
      const scrapes = taken.map(({ answer }) => parse(answer));
      const sum = (of: (scrape: Scrape) => number): number => scrapes.reduce((all, each) => all + of(each), 0);
      return {
        samples: sum(({ containers }) => containers),
        readAnew: readAnew([...(before ? [parse(before)] : []), ...scrapes]),
        points: sum(({ series }) => series),
        bytes: taken.reduce((all, { bytes }) => all + bytes, 0),
        spreadsMs: scrapes.map(({ spreadMs }) => spreadMs),
      };
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Of all scrapes but the first, which is there to be compared with. */
function readAnew(scrapes: readonly Scrape[]): number {
  const counts = scrapes.slice(1).map(({ containers, readAtMs }, at) => {
    if (readAtMs === undefined) return containers;
    const earlier = scrapes[at]!.readAtMs!;
    return [...readAtMs].filter(([id, readAt]) => readAt !== earlier.get(id)).length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The length of the compressed body is said only where it is not in chunks; then there is none. */
async function scrape(url: string): Promise<{ answer: Answer; bytes: number }> {
  const startedAt = performance.now();
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'gzip' } });
  if (!response.ok) throw new Error(`answered with ${response.status}`);
  const text = await response.text();
  const tookMs = performance.now() - startedAt;
  return { answer: { text, tookMs }, bytes: Number(response.headers.get('content-length') ?? Number.NaN) };
}
