import type { Bound } from './row.ts';

/** A cycle of the suite's agent. What is bounded by an interval is bounded by this one here. */
export const INTERVAL_MS = 1_000;

const MEBIBYTE = 1 << 20;

/** Why a value cannot be nearer than its bound. docs/accuracy.md prints these. */
export const REASONS = {
  exact: 'The same number as the kernel says, to the last digit.',
  ticks:
    'cgroup v1 says user and system time in ticks of 10 ms, each cut to a whole tick; it is never more than the kernel has accounted.',
  microseconds: 'cgroup v2 says user and system time in microseconds, and the truth is their sum, cut on its own.',
  'process ticks':
    '/proc says the time of each living process in ticks of 10 ms, cut; and it knows what the first process used just before it entered its cgroup, which the cgroup does not.',
  'program start': 'The load program says what it used itself; starting it is charged to the container, too.',
  'last interval':
    'Nobody in the container waits for this process, so what it used after it was last seen is not handed to anybody: up to one interval of each of its threads. container.cpu.time has it.',
  unwaited:
    'Each process ends within an interval and nobody waits for it: /proc never shows what it used. It is never counted too high. container.cpu.time has all of it.',
  program: "The truth is what the program asked for; the program's own code, stack and libraries come with it.",
  'said before':
    'The program says it before it comes to rest, and before its container does; what it does for that is counted, too.',
  'asked for':
    'The truth is how often the program was asked to wait; it also waits while it starts, for its threads, and at its end.',
  'other moments':
    'The test reads what the kernel says at other moments than Plimsoll, which also goes by ticks of 10 ms.',
  'file system': "The truth is what the program transferred; the file system's own blocks come with it.",
  'not charged': 'cgroup v1 charges what the kernel writes back later to no container. On cgroup v2 it is charged.',
  'lost with the interface':
    'What went through the interface after it was last read is gone with the interface: up to one interval of the traffic, here 200 kB/s.',
} as const;

const bound = (because: keyof typeof REASONS, below: number, above: number): Bound => ({ below, above, because });

export const EXACT = bound('exact', 0, 0);
export const TICKS = bound('ticks', 0.02, 0);
export const MICROSECONDS = bound('microseconds', 0.000_002, 0.000_002);
export const PROCESS_TICKS = bound('process ticks', 0.05, 0.05);
export const PROGRAM_START = bound('program start', 0.03, 0.05);
export const UNWAITED = bound('unwaited', Number.POSITIVE_INFINITY, 0.05);
export const PROGRAM = bound('program', 0, 2 * MEBIBYTE);
export const SAID_BEFORE = bound('said before', 0, 20);
export const ASKED_FOR = bound('asked for', 0, 100);
export const OTHER_MOMENTS = bound('other moments', 0.1, 0.1);
export const FILE_SYSTEM = bound('file system', 0, MEBIBYTE);
export const NOT_CHARGED = bound('not charged', Number.POSITIVE_INFINITY, MEBIBYTE);
export const LOST_WITH_INTERFACE = bound('lost with the interface', 220_000, 20_000);
/** The last interval of a process with so many busy threads that nobody waits for. */
export const lastInterval = (threads: number): Bound =>
  bound('last interval', (threads * INTERVAL_MS) / 1_000 + 0.05, 0.05);
