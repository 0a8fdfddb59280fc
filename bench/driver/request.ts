import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { DriverPlan } from '../plan.ts';

/** What a driver is asked on its standard input: what to do, on which herd. */
export type DriverRequest = {
  readonly what: 'files' | 'reading' | 'stages';
  readonly herd: HerdAddress;
  /** Identifiers of the containers, in groups whose cost is told apart. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly plan: DriverPlan;
  /** Where batches are sent. */
  readonly endpoint: string;
};

export type HerdAddress = { readonly dockerHost: string; readonly runPath: string; readonly cgroupPath: string };

/** What an agent is told of a herd; everything else is at its default. */
export function herdEnvironment({ dockerHost, runPath, cgroupPath }: HerdAddress): Record<string, string> {
  return {
    PLIMSOLL_DOCKER_HOST: dockerHost,
    PLIMSOLL_HOST_RUN_PATH: runPath,
    PLIMSOLL_HOST_CGROUP_PATH: cgroupPath,
  };
}

export function configOf({ herd, endpoint }: Pick<DriverRequest, 'herd' | 'endpoint'>): Config {
  const env = { ...herdEnvironment(herd), PLIMSOLL_PUSH_ENDPOINT: endpoint, PLIMSOLL_LOG_LEVEL: 'warn' };
  return loadConfig({ env, flags: [], readFile: () => undefined }).config;
}
