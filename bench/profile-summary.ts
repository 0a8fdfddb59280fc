/** The part of a V8 CPU profile that is used here. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
};

export type SelfTime = { readonly what: string; readonly milliseconds: number; readonly part: number };

export type ProfileSummary = { readonly functions: readonly SelfTime[]; readonly places: readonly SelfTime[] };

/** Self time by function and by place (a folder of ours, a package, Node), the waiting left out. */
export function summarizeProfile({ nodes, samples, timeDeltas }: CpuProfile): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, us: number): void =>
    void sums.set(key, (sums.get(key) ?? 0) + us);
  let total = 0;
  for (const [at, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id)!;
    if (functionName === '(idle)') continue;
    // A sample stands for the time until the next one.
    const us = timeDeltas[at + 1] ?? 0;
    total += us;
    const name = functionName || '(anonymous)';
    add(functions, url === '' ? name : `${name} ${fileOf(url)}:${lineNumber + 1}`, us);
    add(places, url === '' ? nativeOf(name) : placeOf(fileOf(url)), us);
  }
  return { functions: listOf(functions, total), places: listOf(places, total) };
}

export function profileText({ functions, places }: ProfileSummary, top: number): string {
  const lines = (list: readonly SelfTime[]): string[] =>
    list.map(
      ({ what, milliseconds, part }) =>
        `${(part * 100).toFixed(1).padStart(5)} % ${milliseconds.toFixed(0).padStart(6)} ms  ${what}`,
    );
  return [
    'self time by place',
    ...lines(places.slice(0, top)),
    '',
    'self time by function',
    ...lines(functions.slice(0, top)),
    '',
  ].join('\n');
}

function listOf(sums: ReadonlyMap<string, number>, total: number): SelfTime[] {
  return [...sums]
    .map(([what, us]) => ({ what, milliseconds: us / 1_000, part: us / total }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** From the repository's folder on, packages by their name. */
function fileOf(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*\/(dist|src|bench)\//, '$1/');
}

function placeOf(file: string): string {
  if (file.startsWith('node:')) return 'node';
  const folders = file.split('/').slice(0, -1);
  return file.startsWith('@') || file.startsWith('dist/') || file.startsWith('src/')
    ? folders.slice(0, 3).join('/')
    : (folders[0] ?? file);
}

/** `(garbage collector)` and `(program)` are V8's own; every other function without a file is one of Node's in C++. */
const nativeOf = (name: string): string => (name.startsWith('(') ? name : 'native');
