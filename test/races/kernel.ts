import { ROOT, type World } from './world.ts';

/*
 * A kernel that a test can let change between any two looks: the calls of node:fs that sources make, answered from a
 * World for paths below ROOT and by the real ones for all others.
 */

type Fs = typeof import('node:fs');

export type Call = 'open' | 'read' | 'close' | 'list' | 'link' | 'stat' | 'statfs' | 'exists' | 'watch';

export type Operation = { readonly call: Call; readonly path: string };

/** What comes of one call: an error's code, less than there is, or nothing at all. */
export type Fault = 'ENOENT' | 'ESRCH' | 'EACCES' | 'EIO' | 'ENODEV' | 'short' | 'cut' | 'empty';

type Open = { readonly path: string; readonly bytes: Buffer; at: number; end: number; readonly world: World };

const PROCFS = 0x9fa0;
const CGROUPS = `${ROOT}/sys/fs/cgroup`;
/** Far above the numbers of real ones. */
const FIRST_DESCRIPTOR = 1_000_000;

export const kernel = createKernel();

function createKernel() {
  const open = new Map<number, Open>();
  let operations: Operation[] = [];
  let world: World = { files: new Map(), links: new Map() };
  let before: (operation: Operation, index: number) => Fault | undefined = () => undefined;
  let nextDescriptor = FIRST_DESCRIPTOR;

  return {
    /** Shows this from now on. Files that are open and are not in it any more belong to what is gone. */
    show(next: World): void {
      world = next;
    },
    /** Begins to count; `decide` is asked before each call and may change what is shown. */
    record(decide: typeof before = () => undefined): void {
      operations = [];
      before = decide;
    },
    operations: (): readonly Operation[] => operations,
    seesTheSame,
    /** Paths of the files that are open, which are then closed. */
    takeOpen(): readonly string[] {
      const paths = [...open.values()].map(({ path }) => path);
      open.clear();
      return paths;
    },
    over,
  };

  function fault(call: Call, path: string): Fault | undefined {
    const operation = { call, path };
    const decided = before(operation, operations.push(operation) - 1);
    if (decided?.startsWith('E')) throw failure(decided, operation);
    return decided;
  }

  function openFile(path: string): number {
    fault('open', path);
    const text = world.files.get(path);
    if (text === undefined) throw failure(world.links.has(path) ? 'EACCES' : 'ENOENT', { call: 'open', path });
    const bytes = Buffer.from(text);
    open.set(nextDescriptor, { path, bytes, at: 0, end: bytes.length, world });
    return nextDescriptor++;
  }

  function read(descriptor: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number): number {
    const file = open.get(descriptor)!;
    const decided = fault('read', file.path);
    // A process may have ended, or another have taken its number, and a cgroup may be gone, since the file was opened.
    if (file.world !== world && file.at === 0 && identityOf(file.world, file.path) !== identityOf(world, file.path)) {
      throw failure(file.path.startsWith(CGROUPS) ? 'ENODEV' : 'ESRCH', { call: 'read', path: file.path });
    }
    if (decided === 'empty') file.end = file.at;
    if (decided === 'cut') file.end = Math.ceil((file.at + file.end) / 2);
    const there = file.end - file.at;
    const got = Math.min(length, decided === 'short' ? Math.ceil(there / 2) : there);
    file.bytes.copy(buffer as Uint8Array, offset, file.at, file.at + got);
    file.at += got;
    return got;
  }

  function list(path: string, options?: { readonly withFileTypes?: boolean }): unknown[] {
    if (fault('list', path) === 'empty') return [];
    const names = namesIn(world, path);
    if (names.size === 0) throw failure('ENOENT', { call: 'list', path });
    if (!options?.withFileTypes) return [...names.keys()];
    return [...names].map(([name, isDirectory]) => ({ name, isDirectory: () => isDirectory }));
  }

  function existing(call: Call, path: string): void {
    fault(call, path);
    if (!isThere(world, path)) throw failure('ENOENT', { call, path });
  }

  function over(real: Fs): Partial<Fs> {
    const isOurs = (path: unknown): path is string => typeof path === 'string' && path.startsWith(ROOT);
    const mounted = {
      openSync: (path: string, ...rest: [never]) => (isOurs(path) ? openFile(path) : real.openSync(path, ...rest)),
      readSync: (fd: number, buffer: Buffer, offset: number, length: number, position: null) =>
        open.has(fd) ? read(fd, buffer, offset, length) : real.readSync(fd, buffer, offset, length, position),
      closeSync(fd: number) {
        const file = open.get(fd);
        if (!file) return real.closeSync(fd);
        open.delete(fd);
        return void fault('close', file.path);
      },
      readdirSync: (path: string, options?: { withFileTypes: true }) =>
        isOurs(path) ? list(path, options) : real.readdirSync(path, options!),
      readlinkSync(path: string) {
        if (!isOurs(path)) return real.readlinkSync(path);
        fault('link', path);
        const target = world.links.get(path);
        if (target === undefined) throw failure('ENOENT', { call: 'link', path });
        return target;
      },
      statSync(path: string, ...rest: [never]) {
        if (!isOurs(path)) return real.statSync(path, ...rest);
        existing('stat', path);
        return { size: namesIn(world, path).size, dev: -1, ino: 1 };
      },
      lstatSync(path: string) {
        if (!isOurs(path)) return real.lstatSync(path);
        existing('stat', path);
        return { isSymbolicLink: () => world.links.has(path) };
      },
      statfsSync(path: string, ...rest: [never]) {
        if (!isOurs(path)) return real.statfsSync(path, ...rest);
        existing('statfs', path);
        return { type: PROCFS };
      },
      existsSync(path: string) {
        if (!isOurs(path)) return real.existsSync(path);
        fault('exists', path);
        return isThere(world, path);
      },
      watch(path: string, ...rest: [never]) {
        if (!isOurs(path)) return real.watch(path, ...rest);
        existing('watch', path);
        return { on: () => undefined, close: () => undefined };
      },
    };
    return mounted as unknown as Partial<Fs>;
  }
}

const isThere = (world: World, path: string): boolean =>
  world.files.has(path) || world.links.has(path) || path === ROOT || namesIn(world, path).size > 0;

/** Whether a call on this path comes to the same in both worlds, even if the file was opened in the first. */
function seesTheSame(path: string, one: World, other: World): boolean {
  const look = (world: World): string =>
    JSON.stringify([world.files.get(path), world.links.get(path), [...namesIn(world, path)], identityOf(world, path)]);
  return look(one) === look(other);
}

/** A process is known by its start, a cgroup by being there. */
function identityOf(world: World, path: string): string | undefined {
  const [process] = /^\/kernel\/proc\/\d+(?=\/)/.exec(path) ?? [];
  if (process === undefined) return world.files.has(path) ? 'there' : undefined;
  return world.files.get(`${process}/stat`)?.split(' ').at(21);
}

const listings = new WeakMap<World, Map<string, Map<string, boolean>>>();

/** Names in a directory, and whether each is a directory itself. */
function namesIn(world: World, directory: string): ReadonlyMap<string, boolean> {
  let listing = listings.get(world);
  if (!listing) {
    listing = new Map();
    for (const path of [...world.files.keys(), ...world.links.keys()]) {
      const parts = path.split('/');
      for (let depth = 2; depth < parts.length; depth++) {
        const above = parts.slice(0, depth).join('/');
        const names = listing.get(above) ?? new Map<string, boolean>();
        listing.set(above, names.set(parts[depth]!, depth < parts.length - 1));
      }
    }
    listings.set(world, listing);
  }
  return listing.get(directory) ?? new Map();
}

function failure(code: string, { call, path }: Operation): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code });
}
