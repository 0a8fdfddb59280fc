import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';
import type Pretty from 'pino-pretty';

export type { Logger } from 'pino';

export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'auto' | 'json' | 'pretty';
};

const STANDARD_ERROR = 2;

/**
 * The one logger. Lines go to standard error always, so that standard output stays free for what a command was asked.
 * What containers, engines and receivers have written into a line cannot steer the terminal of who reads it.
 */
export function createLogger(options: LogOptions, fileDescriptor = STANDARD_ERROR): Logger {
  const human = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true);
  // Synchronous on purpose: the last line before the process ends must not be lost, and lines are few.
  const destination = human
    ? loadPretty()({
        destination: fileDescriptor,
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
        messageFormat: indentedMessage,
      })
    : pino.destination({ dest: fileDescriptor, sync: true });
  const streamWrite = human ? (line: string) => spelledOut(escaped(line)) : escaped;
  return pino({ name: 'plimsoll', level: options.level, base: null, hooks: { streamWrite } }, destination);
}

/** Loaded where someone looks on: a daemon whose lines are JSON does without. */
function loadPretty(): typeof Pretty {
  return createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
}

/** JSON escapes the first 32 control characters only. */
const UNESCAPED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(line: string): string {
  return line.replace(UNESCAPED, (character) =>
    // Of both halves, where there are two.
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A line that is to be read as JSON and shown: its escapes are shown, too, but for line ends and tabs. */
function spelledOut(line: string): string {
  return line.replace(/\\(u[0-9a-f]{4}|.)/g, (whole, code: string) =>
    /^(u....|[bfr])$/.test(code) ? `\\\\${code}` : whole,
  );
}

/** What looks like the next line of the log is none. */
function indentedMessage(line: Record<string, unknown>, key: string): string {
  return String(line[key] ?? '').replaceAll('\n', '\n    ');
}
