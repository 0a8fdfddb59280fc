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
  const signals = listen();
  let config = loadConfig();
  // They outlive a reload, so that no total falls.
  const accounts = createAccounts();
  for (;;) {
    const log = startLog(config);
    let agent: Agent;
    try {
      agent = await buildAgent({ config, log }, accounts);
      await agent.start();
    } catch (error) {
      log.fatal(`cannot start: ${(error as Error).message}`);
      return 1;
    }
    const next = await untilStopOrReload(signals, loadConfig, log);
    await agent.stop();
    if (next === 'stop') {
      log.info('stopped');
      return 0;
    }
    config = next;
  }
}

/** Waits for the request to stop or for a configuration that can be read; a wrong one is said, and the old one kept. */
async function untilStopOrReload(signals: Signals, loadConfig: () => Config, log: Logger): Promise<Config | 'stop'> {
  for (;;) {
    const signal = await signals.next();
    if (signal !== 'SIGHUP') {
      log.info({ signal }, 'stopping');
      return 'stop';
    }
    try {
      const config = loadConfig();
      log.info('configuration read again');
      return config;
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

type Signals = { next(): Promise<Signal> };

/** Signals one after the other. A second request to stop while the first is carried out ends the process at once. */
function listen(): Signals {
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
