import { expect, it } from 'vitest';
import { readServiceManager } from '../../src/config/notify-environment.ts';

const PID = 42;

it.each([
  ['nobody waits', {}, undefined],
  ['nobody waits, though there is a watchdog', { WATCHDOG_USEC: '1000' }, undefined],
  ['no watchdog', { NOTIFY_SOCKET: '/run/notify', PATH: '/bin' }, { socket: '/run/notify', path: '/bin' }],
  [
    'a watchdog over this process',
    { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '3000000', WATCHDOG_PID: '42' },
    { socket: '@a', watchdogMs: 3000 },
  ],
  ['a watchdog over all', { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '500' }, { socket: '@a', watchdogMs: 0.5 }],
  ['a watchdog over another', { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '500', WATCHDOG_PID: '4' }, { socket: '@a' }],
  ['a watchdog that is switched off', { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '0' }, { socket: '@a' }],
  ['a watchdog that is no number', { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '1 min' }, { socket: '@a' }],
])('knows of %s', (_, env, expected) => {
  expect(readServiceManager(env, PID)).toEqual(expected);
});
