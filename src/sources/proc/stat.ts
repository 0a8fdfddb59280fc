import { skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** /proc/PID/stat, in the kernel's units (proc_pid_stat(5)). Times include all threads of the process. */
export type ProcStat = {
  readonly pid: number;
  /** Field 3: one of R S D I T t Z X x K W P. */
  readonly state: string;
  /** Field 4. */
  readonly parentPid: number;
  /** Fields 10 to 13; the children's are those of children that were waited for. */
  readonly minorFaults: number;
  readonly childrenMinorFaults: number;
  readonly majorFaults: number;
  readonly childrenMajorFaults: number;
  /** Fields 14 to 17, in clock ticks; the last two are those of children that were waited for. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly childrenUserTicks: number;
  readonly childrenSystemTicks: number;
  /** Field 20. */
  readonly threadCount: number;
  /** Field 22, in clock ticks after boot. With the pid it identifies a process for ever. */
  readonly startTimeTicks: number;
};

const OPENING_PARENTHESIS = 0x28;
const CLOSING_PARENTHESIS = 0x29;
const FIRST_FIELD_AFTER_NAME = 3;
const LAST_FIELD_READ = 22;
const STATE = /^[A-Za-z]$/;

export function parseStat(bytes: Buffer): ProcStat | undefined {
  const pid = unsignedAt(bytes, 0);
  // The name, field 2, may itself hold spaces and parentheses: the last closing one ends it.
  const nameEnd = bytes.lastIndexOf(CLOSING_PARENTHESIS);
  if (pid === undefined || nameEnd < 0 || nameEnd < bytes.indexOf(OPENING_PARENTHESIS)) return undefined;

  const stateAt = skipBlanks(bytes, nameEnd + 1);
  const state = String.fromCharCode(bytes[stateAt] ?? 0);
  if (!STATE.test(state)) return undefined;

  const fields = new Array<number>(LAST_FIELD_READ + 1).fill(0);
  let at = skipWord(bytes, stateAt);
  for (let field = FIRST_FIELD_AFTER_NAME + 1; field <= LAST_FIELD_READ; field++) {
    at = skipBlanks(bytes, at);
    const value = unsignedAt(bytes, at);
    // Fields such as tpgid and nice may be negative; none of those is used here.
    if (value === undefined && bytes[at] !== MINUS) return undefined;
    fields[field] = value ?? 0;
    at = skipWord(bytes, at);
  }
  return {
    pid,
    state,
    parentPid: fields[4]!,
    minorFaults: fields[10]!,
    childrenMinorFaults: fields[11]!,
    majorFaults: fields[12]!,
    childrenMajorFaults: fields[13]!,
    userTicks: fields[14]!,
    systemTicks: fields[15]!,
    childrenUserTicks: fields[16]!,
    childrenSystemTicks: fields[17]!,
    threadCount: fields[20]!,
    startTimeTicks: fields[22]!,
  };
}

const MINUS = 0x2d;

export function readStat(proc: ProcFs, pid: number): ReadOutcome<ProcStat> {
  return proc.files.readKept('proc.stat', `${proc.path}/${pid}`, 'stat', parseStat);
}
