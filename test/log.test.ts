import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger, type Logger, type LogOptions } from '../src/log.ts';

/** What stands in the log, written in that format. */
function logged(format: LogOptions['format'], write: (log: Logger) => void): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'log');
  const fileDescriptor = openSync(path, 'w');
  write(createLogger({ level: 'info', format }, fileDescriptor));
  closeSync(fileDescriptor);
  return readFileSync(path, 'utf8');
}

/** Control characters of both sets, what turns the direction of text, a line end of its own kind, a tag beyond 16 bits. */
const STEERING = 'a\u001b[31mb\u0000c\u009b2Jd\u202ee\rf\u2028g\u007fh\u{e0041}i\\u001bj';
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

for (const format of ['json', 'pretty'] as const) {
  test(`no character that steers a terminal is in a line (${format})`, () => {
    const text = logged(format, (log) => {
      log.info({ container: STEERING, nested: { of: [STEERING] } }, `said: ${STEERING}`);
      log.error({ err: new Error(STEERING) }, 'failed');
    });
    expect(text).toContain('said: a');
    expect(text.replaceAll('\n', '')).not.toMatch(CONTROL);
  });
}

test('what is in a JSON line is what was logged', () => {
  const text = logged('json', (log) => log.info({ container: STEERING }, STEERING));
  expect(JSON.parse(text)).toMatchObject({ container: STEERING, msg: STEERING });
});

test('a line for people says which characters they were, and no line of the log can be forged', () => {
  const text = logged('pretty', (log) => log.info('a\u001b[31m\n[00:00:00] INFO: b \\ c'));
  expect(text).toMatch(/INFO: a\\u001b\[31m\n {4}\[00:00:00\] INFO: b \\ c\n$/);
});
