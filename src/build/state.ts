import type { Accounts } from '../accounting/accounts.ts';
import type { Config } from '../config/config.ts';
import { stateDirectories } from '../config/state-directories.ts';
import type { Logger } from '../log.ts';
import { createKernelFiles, okValue } from '../sources/kernel-files.ts';
import { readBootId } from '../sources/proc/boot-id.ts';
import { createProcFs } from '../sources/proc/proc-fs.ts';
import { openStateKeeper, type StateKeeper } from '../state/state-keeper.ts';

/** Restores the accounts from the state file; they are then written there as long as the agent runs. */
export function buildState(
  { config, log }: { readonly config: Config; readonly log: Logger },
  accounts: Accounts,
): StateKeeper {
  const { root, procPath } = config.host;
  const proc = createProcFs({ root, path: procPath, files: createKernelFiles() });
  return openStateKeeper({
    directories: stateDirectories(config),
    accounts,
    bootId: okValue(readBootId(proc)) ?? '',
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
    log,
  });
}
