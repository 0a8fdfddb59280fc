import type { Container } from '../sources/container.ts';
import { type ContainerAccount, createContainerAccount } from './container-account.ts';

/**
 * The accounts of all containers. They outlive what is rebuilt around them, as when the configuration is read again, so
 * that no total falls.
 */
export type Accounts = {
  /** The account of this run of the container; a restart begins a new one. */
  of(container: Container): ContainerAccount;
  /** Forgets the accounts of all others. */
  keepOnly(containers: readonly Container[]): void;
};

export function createAccounts(): Accounts {
  const accounts = new Map<string, { startedAtMs: number | undefined; account: ContainerAccount }>();

  return {
    of({ id, startedAtMs }) {
      const known = accounts.get(id);
      if (known && known.startedAtMs === startedAtMs) return known.account;
      const account = createContainerAccount();
      accounts.set(id, { startedAtMs, account });
      return account;
    },
    keepOnly(containers) {
      const ids = new Set(containers.map(({ id }) => id));
      for (const id of accounts.keys()) if (!ids.has(id)) accounts.delete(id);
    },
  };
}
