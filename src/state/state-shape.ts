import type { State } from './state-format.ts';

/*
 * A state whose digest fits may still not be what this Plimsoll remembers: accounting takes what it is given, so
 * everything is looked at here. A change of what is remembered is one here, and a new STATE_VERSION.
 */

/** Throws where the value is not what is wanted; `path` says where it stands. */
type Check = (value: unknown, path: string) => void;

/** Sums of what the kernel counts in 64 bits stay far below; beyond it sums could end in Infinity, and then in NaN. */
const LARGEST = 2 ** 80;
/** What is counted of a process, in the order of accounting's table. */
const COUNTERS = 8;
/** What is told apart by executable, likewise. */
const EXECUTABLE_COUNTERS = 6;

function fail(path: string, wanted: string): never {
  throw new Error(`it is damaged: ${path} is not ${wanted}`);
}

const number: Check = (value, path) => {
  if (typeof value !== 'number' || !(Math.abs(value) <= LARGEST)) fail(path, 'a number');
};
const text: Check = (value, path) => {
  if (typeof value !== 'string') fail(path, 'a text');
};
const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') fail(path, 'true or false');
};
const past: Check = (value, path) => {
  if (value !== 'known' && value !== 'known if unchanged' && value !== 'unknown') fail(path, 'what can be known');
};
/** JSON has null where a value is absent. */
const numberOrNull: Check = (value, path) => {
  if (value !== null) number(value, path);
};

function listOf(check: Check, longest = Number.POSITIVE_INFINITY): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > longest) fail(path, 'such a list');
    for (const [index, item] of value.entries()) check(item, `${path}[${index}]`);
  };
}

function tuple(...checks: readonly Check[]): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== checks.length) fail(path, `a list of ${checks.length}`);
    for (const [index, check] of checks.entries()) check(value[index], `${path}[${index}]`);
  };
}

/** Keys of `optional` may be absent, and those that nobody knows are passed over. */
function record(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value, path) => {
    const of = holder(value, path);
    for (const [key, check] of Object.entries(required)) check(of(key), `${path}.${key}`);
    for (const [key, check] of Object.entries(optional)) {
      const item = of(key);
      if (item !== undefined) check(item, `${path}.${key}`);
    }
  };
}

function mapOf(check: Check, isKey: (key: string) => boolean): Check {
  return (value, path) => {
    holder(value, path);
    for (const [key, item] of Object.entries(value as object)) {
      if (!isKey(key)) fail(path, 'a set of such keys');
      check(item, `${path}.${key}`);
    }
  };
}

function holder(value: unknown, path: string): (key: string) => unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'a set of keys');
  return (key) => (Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined);
}

const counts = listOf(numberOrNull, COUNTERS);
const amounts = tuple(...new Array<Check>(COUNTERS).fill(number));
const byExecutable = tuple(...new Array<Check>(EXECUTABLE_COUNTERS).fill(number));
const numbers = listOf(number);
const seen = record({
  pid: number,
  parentPid: number,
  startTimeTicks: number,
  isDefunct: flag,
  total: counts,
  basis: counts,
});
const missing = record({
  process: seen,
  ancestors: numbers,
  isOpen: flag,
  rest: amounts,
  mayLive: flag,
  taken: mapOf(amounts, (key) => /^\d{1,15}$/.test(key)),
  mayBeInherited: flag,
  readings: number,
});
const processes = record({ present: listOf(seen), missing: listOf(missing), unread: numbers, carry: counts });
const executables = record({
  names: record({ shown: listOf(text), hidden: listOf(text) }),
  seen: listOf(tuple(number, number, text, byExecutable)),
  credits: listOf(tuple(text, byExecutable)),
  total: byExecutable,
});
const counters = record({
  receivedBytes: number,
  receivedPackets: number,
  receiveErrors: number,
  receiveDropped: number,
  transmittedBytes: number,
  transmittedPackets: number,
  transmitErrors: number,
  transmitDropped: number,
});
const interfaces = record(
  {
    known: listOf(tuple(text, record({ name: text, last: counters, base: counters, present: flag }))),
    names: listOf(tuple(text, record({ carried: counters }, { startMs: number }))),
    hasForgotten: flag,
  },
  { lastMs: number },
);
const cpu = record(
  { time: record({ userSeconds: number, systemSeconds: number }), isOfProcesses: flag },
  { processesStartMs: number },
);
const floors = listOf(
  tuple(
    text,
    mapOf(number, (key) => /^[a-z]{1,40}$/i.test(key)),
  ),
);
const events = record({ max: number, oomKill: number });
const memoryEvents = record({ children: listOf(tuple(text, events)), carry: events });
const memory = record(
  {
    processes,
    executables,
    interfaces,
    floors,
    memoryEvents,
    startMs: record({}, { procfs: number, network: number }),
    pasts: record({ procfs: past, network: past }),
  },
  { cpu },
);
const time = tuple(number, number);
const sentTotal = record({ value: number, at: time }, { start: time });
const run = record({ id: text, memory }, { startedAtMs: number, pid: number, lastSent: mapOf(sentTotal, () => true) });
const state = record({ bootId: text, runs: listOf(run) }, { endedAtMs: number });

/** The value is a state in all that accounting relies on; throws with where it is not. */
export function checkState(value: unknown): State {
  state(value, 'the state');
  return value as State;
}
