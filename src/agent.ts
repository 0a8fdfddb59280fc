import { DiagLogLevel, diag } from '@opentelemetry/api';
import { createAccounts } from './accounting/accounts.ts';
import { type Agent, buildAgent } from './build.ts';
import type { Config } from './config/config.ts';
import { createLogger, type Logger } from './log.ts';
import { VERSION } from './version.ts';

export type AgentOptions = {
  /** Loads the configuration anew; throws ConfigurationError with every problem in its message. */
  readonly loadConfig: () => Config;
};

/** Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again. Resolves with the exit status. */
export async function runAgent({ loadConfig }: AgentOptions): Promise<number> {
  const config = loadConfig();
  let log = startLog(config);
  const signals = listen();
  // They outlive a reload, so that no total falls.
  const accounts = createAccounts({ loopback: config.network.loopback });
  let agent: Agent;
  try {
    agent = await buildAgent({ config, log }, accounts);
    await agent.start();
  } catch (error) {
    log.fatal(`cannot start: ${(error as Error).message}`);
    return 1;
  }

  for (;;) {
    const signal = await signals.next();
    if (signal !== 'SIGHUP') {
      log.info({ signal }, 'stopping');
      await agent.stop();
      log.info('stopped');
      return 0;
    }
    try {
      const reloaded = loadConfig();
      const next = startLog(reloaded);
      const successor = await buildAgent({ config: reloaded, log: next }, accounts);
      await agent.stop();
      agent = successor;
      log = next;
      await agent.start();
      log.info('configuration read again');
    } catch (error) {
      log.error(`configuration not read again, the old one is kept: ${(error as Error).message}`);
    }
  }
}

function startLog(config: Config): Logger {
  const log = createLogger(config.log);
  log.info({ version: VERSION, node: process.version, intervalMs: config.collection.intervalMs }, 'plimsoll');
  const sdk = log.child({ part: 'opentelemetry' });
  diag.setLogger(
    {
      error: (message, ...rest) => sdk.error({ rest }, message),
      warn: (message, ...rest) => sdk.warn({ rest }, message),
      info: (message, ...rest) => sdk.debug({ rest }, message),
      debug: (message, ...rest) => sdk.trace({ rest }, message),
      verbose: (message, ...rest) => sdk.trace({ rest }, message),
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return log;
}

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** Signals one after the other. A second request to stop while the first is carried out ends the process at once. */
function listen(): { next(): Promise<Signal> } {
  const waiting: Signal[] = [];
  let take: ((signal: Signal) => void) | undefined;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGHUP') {
        if (stopping) process.exit(1);
        stopping = true;
      }
      if (!take) waiting.push(signal);
      take?.(signal);
      take = undefined;
    });
  }
  return {
    next: () => {
      const signal = waiting.shift();
      return signal ? Promise.resolve(signal) : new Promise((resolve) => (take = resolve));
    },
  };
}
