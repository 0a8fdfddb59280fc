import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { compilePrograms } from './images.ts';
import type { Releasers } from './releasers.ts';
import { waitFor } from './wait.ts';

export type NotifySocket = {
  /** For NOTIFY_SOCKET. */
  readonly address: string;
  /** What was received so far, a message each: `READY=1 STATUS=…`. Barriers are left out. */
  messages(): readonly string[];
  /** The first message, from `after` messages on, that matches. */
  waitFor(pattern: RegExp, options: { timeoutMs: number; after?: number }): Promise<string>;
  /** It receives nothing any more until `resume`, as a service manager that hangs. */
  pause(): void;
  resume(): void;
};

/** A service manager's end of sd_notify(3), at a path or an abstract address. */
export async function openNotifySocket(releasers: Releasers, address: string): Promise<NotifySocket> {
  const child: Child = await startChild({ command: join(await compilePrograms(), 'notify-socket'), args: [address] });
  releasers.add('notify socket', () => {
    child.signal('SIGCONT');
    return child.stop();
  });
  await child.waitForLine(/ready/, { timeoutMs: 5_000 });
  const messages = (): readonly string[] => child.stdout.filter((line) => line !== 'BARRIER=1');
  return {
    address,
    messages,
    waitFor: (pattern, { timeoutMs, after = 0 }) =>
      waitFor(
        `a message ${pattern}`,
        () =>
          messages()
            .slice(after)
            .find((each) => pattern.test(each)),
        { timeoutMs },
      ),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
  };
}
