import { describe, expect, it } from 'vitest';
import { outboxDirectories, stateDirectories } from '../../src/config/state-directories.ts';
import { load } from './load-fixture.ts';

describe('directories of the state and of the outbox', () => {
  it.each([
    [
      'the system’s, then the user’s',
      { HOME: '/users/ann' },
      ['/var/lib/plimsoll', '/users/ann/.local/state/plimsoll'],
    ],
    [
      'where XDG says that the user’s is',
      { HOME: '/users/ann', XDG_STATE_HOME: '/s' },
      ['/var/lib/plimsoll', '/s/plimsoll'],
    ],
    ['the system’s alone without a home', {}, ['/var/lib/plimsoll']],
    ['that of systemd alone', { HOME: '/users/ann', STATE_DIRECTORY: '/var/lib/a:/var/lib/b' }, ['/var/lib/a']],
    [
      'what is set alone',
      { STATE_DIRECTORY: '/var/lib/a', PLIMSOLL_STATE_DIRECTORY: '/here', PLIMSOLL_OUTBOX_DIRECTORY: '/here' },
      ['/here'],
    ],
  ])('are %s', (_, env, directories) => {
    const { config } = load({ env });
    expect(stateDirectories(config, env)).toEqual(directories);
    expect(outboxDirectories(config, env)).toEqual(directories);
  });
});
