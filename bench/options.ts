import { parseArgs } from 'node:util';

export type BenchOptions = {
  readonly containers: readonly number[];
  readonly cycles: number;
  readonly rounds: number;
  readonly json: boolean;
  /** Whether docs/performance.md is written. */
  readonly page: boolean;
  /** File for a V8 CPU profile of the agent's cycles; nothing else is then measured. */
  readonly profile?: string;
  readonly cgroupPath: string;
};

const MOST_CONTAINERS = 2_000;

/** Throws where a flag is unknown or its value is none. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      containers: { type: 'string', default: '10,100,400' },
      cycles: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      profile: { type: 'string' },
      'cgroup-path': { type: 'string', default: '/sys/fs/cgroup' },
    },
  });
  const { profile } = values;
  return {
    containers: values.containers.split(',').map((text) => wholeNumber('containers', text, MOST_CONTAINERS)),
    cycles: wholeNumber('cycles', values.cycles),
    rounds: wholeNumber('rounds', values.rounds),
    json: values.json,
    page: values.page,
    cgroupPath: values['cgroup-path'],
    ...(profile !== undefined && { profile }),
  };
}

function wholeNumber(flag: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${flag} ${text}: a whole number from 1 to ${most} is wanted`);
}
