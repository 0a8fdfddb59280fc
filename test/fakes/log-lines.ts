import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Logger } from '../../src/log.ts';

export type LogLine = { readonly level: number; readonly msg: string } & Readonly<Record<string, unknown>>;

/** A log that keeps its lines. */
export function createLogLines(): { readonly log: Logger; readonly lines: LogLine[]; texts(): readonly string[] } {
  const lines: LogLine[] = [];
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { log: pino({ level: 'trace', base: null }, destination), lines, texts: () => lines.map(({ msg }) => msg) };
}
