import type { Logger } from '../log.ts';

/** EX_SOFTWARE of sysexits.h: the agent came to a point from where it cannot go on. A supervisor should start it anew. */
export const STATUS_SOFTWARE = 70;

export type UnhandledErrorsOptions = {
  readonly log: () => Logger;
  /** Texts that must not be logged. */
  readonly secrets: () => readonly string[];
};

/**
 * Ends the process at the first error that nothing handles, with one line that says so: what is left of it could do
 * half its work, and nobody would see which half. What waits in the outbox on disk is sent by the next agent.
 */
export function endOnUnhandledErrors({ log, secrets }: UnhandledErrorsOptions): void {
  let isEnding = false;
  const end = (error: unknown): void => {
    try {
      if (!isEnding) {
        isEnding = true;
        // Not as `err`, whose serializer adds fields.
        log().fatal(
          { error: describeError(error, secrets()) },
          'an error that nothing handles: the agent ends, and should be started anew',
        );
      }
    } finally {
      // Lines are written synchronously: the last one is out.
      process.exit(STATUS_SOFTWARE);
    }
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

type Described = { readonly type: string; readonly message: string; readonly stack?: string; readonly code?: string };

/** Shorter ones would cover half of the line, and hide nothing that could be guessed otherwise. */
const SHORTEST_SECRET = 4;

/** No other fields: errors of HTTP clients may carry the request with all its headers. */
function describeError(error: unknown, secrets: readonly string[]): Described {
  const mask = (text: string): string =>
    secrets
      .filter(({ length }) => length >= SHORTEST_SECRET)
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
      .replace(/:\/\/[^\s/]*@/g, '://***@');
  if (!(error instanceof Error)) return { type: typeof error, message: mask(String(error)) };
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: mask(error.message),
    ...(error.stack !== undefined && { stack: mask(error.stack) }),
    ...(code !== undefined && { code: String(code) }),
  };
}
