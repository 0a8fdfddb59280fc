import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'auto' | 'json' | 'pretty';
};

const STANDARD_ERROR = 2;

/**
 * The one logger. Lines go to standard error always, so that standard output stays free for what a command was asked.
 */
export function createLogger(options: LogOptions): Logger {
  const human = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true);
  // Synchronous on purpose: the last line before the process ends must not be lost, and lines are few.
  const destination = human
    ? pretty({ destination: STANDARD_ERROR, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' })
    : pino.destination({ dest: STANDARD_ERROR, sync: true });
  return pino({ name: 'plimsoll', level: options.level, base: null }, destination);
}
