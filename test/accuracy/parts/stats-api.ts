import { request } from 'node:http';

/** What the engine's stats API says of a container, in the units of the table; absent where it says nothing. */
export type Stats = {
  readonly cpuSeconds?: number;
  readonly throttledPeriods?: number;
  readonly periods?: number;
  readonly throttledSeconds?: number;
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly memoryFailures?: number;
  /** Lines of memory.stat by name. */
  readonly memory: Readonly<Record<string, number>>;
  readonly tasks?: number;
  readonly networks: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
  /** Bytes by `major:minor` and operation (Read, Write). */
  readonly disk: (device: string, operation: string) => number | undefined;
};

type BlkioEntry = { readonly major: number; readonly minor: number; readonly op: string; readonly value: number };

const TIMEOUT_MS = 10_000;

/** One reading, as `docker stats --no-stream` asks for it but without the second one that a percentage would need. */
export async function readStats(socketPath: string, id: string): Promise<Stats> {
  const path = `/v1.41/containers/${id}/stats?stream=false&one-shot=true`;
  const body = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath, path, timeout: TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    asked.on('timeout', () => asked.destroy(new Error(`the stats API did not answer within ${TIMEOUT_MS} ms`)));
    asked.on('error', reject).end();
  });
  return toStats(JSON.parse(body));
}

// biome-ignore lint/suspicious/noExplicitAny: the API's own document.
function toStats({ cpu_stats: cpu, memory_stats: memory, networks, blkio_stats: blkio, pids_stats: pids }: any): Stats {
  const entries: readonly BlkioEntry[] = blkio?.io_service_bytes_recursive ?? [];
  const { throttling_data: throttling } = cpu;
  return {
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
    periods: throttling?.periods,
    throttledPeriods: throttling?.throttled_periods,
    throttledSeconds: throttling?.throttled_time / 1e9,
    memoryBytes: memory?.usage,
    memoryLimitBytes: memory?.limit,
    memoryFailures: memory?.failcnt,
    memory: memory?.stats ?? {},
    tasks: pids?.current,
    networks: networks ?? {},
    disk: (device, operation) =>
      entries.find(({ major, minor, op }) => `${major}:${minor}` === device && op.toLowerCase() === operation)?.value,
  };
}
