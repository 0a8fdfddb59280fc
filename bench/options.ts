import { parseArgs } from 'node:util';

export type BenchOptions = {
  /** Sizes of the herds without an engine. */
  readonly containers: readonly number[];
  /** Sizes of the herds of a real engine, on which the peers are measured, too. */
  readonly docker: readonly number[];
  /** How long each agent is measured on a real engine. */
  readonly windowSeconds: number;
  /** Whether the present tree is judged by the numbers that are kept, or these are written anew. */
  readonly gate?: 'judge' | 'update';
  readonly cycles: number;
  readonly rounds: number;
  readonly json: boolean;
  /** Whether docs/performance.md is written. */
  readonly page: boolean;
  /** File for a V8 CPU profile of the agent's cycles; nothing else is then measured. */
  readonly profile?: string;
  /** Sets of V8's flags to compare with the agent's own; nothing else is then measured. */
  readonly flags: readonly string[];
  readonly cgroupPath: string;
};

const MOST_CONTAINERS = 2_000;

/** Throws where a flag is unknown or its value is none. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      containers: { type: 'string', default: '10,100,400' },
      docker: { type: 'string', default: '' },
      'window-seconds': { type: 'string', default: '60' },
      gate: { type: 'boolean', default: false },
      'update-gate': { type: 'boolean', default: false },
      cycles: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      profile: { type: 'string' },
      flags: { type: 'string', multiple: true, default: [] },
      'cgroup-path': { type: 'string', default: '/sys/fs/cgroup' },
    },
  });
  const { profile, flags } = values;
  const gate = values['update-gate'] ? 'update' : values.gate ? 'judge' : undefined;
  return {
    containers: sizes('containers', values.containers),
    docker: sizes('docker', values.docker),
    windowSeconds: wholeNumber('window-seconds', values['window-seconds']),
    ...(gate && { gate }),
    cycles: wholeNumber('cycles', values.cycles),
    rounds: wholeNumber('rounds', values.rounds),
    json: values.json,
    page: values.page,
    cgroupPath: values['cgroup-path'],
    flags,
    ...(profile !== undefined && { profile }),
  };
}

/** Nothing between commas is no herd at all. */
function sizes(flag: string, text: string): number[] {
  return text === '' ? [] : text.split(',').map((each) => wholeNumber(flag, each, MOST_CONTAINERS));
}

function wholeNumber(flag: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${flag} ${text}: a whole number from 1 to ${most} is wanted`);
}
