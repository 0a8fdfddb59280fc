import { DiagLogLevel, diag } from '@opentelemetry/api';
import { createAccounts } from './accounting/accounts.ts';
import { type Agent, buildAgent, type Lasting } from './build/agent.ts';
import { buildNotifier } from './build/notifier.ts';
import { buildState } from './build/state.ts';
import { createSystemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { ServiceManager } from './config/notify-environment.ts';
import { createLogger, type Logger } from './log.ts';
import { createHeapRoom } from './process/heap-room.ts';
import type { ServiceNotifier } from './process/service-notifier.ts';
import { listenToSignals, type Signals } from './process/signals.ts';
import { endOnUnhandledErrors, STATUS_SOFTWARE } from './process/unhandled-errors.ts';
import { headerSecrets } from './push/headers-file.ts';
import type { StateKeeper } from './state/state-keeper.ts';
import { VERSION } from './version.ts';

export type AgentOptions = {
  /** Loads the configuration anew; throws ConfigurationError with every problem in its message. */
  readonly loadConfig: () => Config;
  /** Who waits to be told how it is going. */
  readonly serviceManager?: ServiceManager | undefined;
};

/** What may be left to do when the time to stop is over: closing files. */
const LAST_MS = 2_000;

/** Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again. Resolves with the exit status. */
export async function runAgent({ loadConfig, serviceManager }: AgentOptions): Promise<number> {
  const signals = listenToSignals();
  let config = loadConfig();
  let log = startLog(config);
  const secrets = () => [config.push, ...Object.values(config.push.destinations)].flatMap(headerSecrets);
  endOnUnhandledErrors({ log: () => log, secrets });
  const notifier = buildNotifier(serviceManager, { config: () => config, log: () => log });
  const accounts = createAccounts();
  let state: StateKeeper;
  try {
    state = buildState({ config, log }, accounts);
  } catch (error) {
    log.fatal(`cannot start: ${(error as Error).message}`);
    return 1;
  }
  const lasting: Lasting = { accounts, clock: createSystemClock(), state };
  const giveRoom = createHeapRoom({ execArgv: process.execArgv });
  const onCycle = (status: string, containers: number): void => {
    notifier.cycleFinished(status);
    giveRoom(containers);
  };
  for (let hasRun = false; ; hasRun = true) {
    let agent: Agent;
    try {
      agent = await buildAgent({ config, log }, lasting, { onCycle, onHang });
      await agent.start();
    } catch (error) {
      log.fatal(`cannot start: ${(error as Error).message}`);
      if (hasRun) await state.close();
      else state.abandon();
      return 1;
    }
    const next = await untilStopOrReload({ signals, loadConfig, log, notifier });
    if (next === 'stop') {
      endAfter(config.shutdown.timeoutMs + LAST_MS, log);
      await agent.stop();
      await state.close();
      log.info('stopped');
      return 0;
    }
    await agent.stop(next);
    config = next;
    log = startLog(config);
  }
}

/** Two cycles over the same accounts would count twice, so the one that hangs cannot be left behind: docs/adr/0012. */
function onHang(): void {
  process.exit(STATUS_SOFTWARE);
}

/** Whatever hangs, a request to stop is fulfilled. */
function endAfter(ms: number, log: Logger): void {
  const end = (): void => {
    log.fatal('stopping takes longer than shutdown.timeoutMs: the agent ends as it is');
    process.exit(STATUS_SOFTWARE);
  };
  setTimeout(end, ms).unref();
}

type Waiting = {
  readonly signals: Signals;
  readonly loadConfig: () => Config;
  readonly log: Logger;
  readonly notifier: ServiceNotifier;
};

/** Waits for the request to stop or for a configuration that can be read; a wrong one is said, and the old one kept. */
async function untilStopOrReload({ signals, loadConfig, log, notifier }: Waiting): Promise<Config | 'stop'> {
  for (;;) {
    const signal = await signals.next();
    if (signal !== 'SIGHUP') {
      log.info({ signal }, 'stopping');
      notifier.stopping();
      return 'stop';
    }
    notifier.reloading();
    try {
      const config = loadConfig();
      log.info('configuration read again');
      return config;
    } catch (error) {
      log.error(`configuration not read again, the old one is kept: ${(error as Error).message}`);
      notifier.kept('the configuration is wrong, and the old one is kept: see the log');
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
