import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimestampMs } from '../../../src/sources/docker/timestamp.ts';

test('rounds nanoseconds down to milliseconds', () => {
  expect(parseTimestampMs('2024-05-06T07:08:09.123999999Z')).toBe(Date.UTC(2024, 4, 6, 7, 8, 9, 123));
  expect(parseTimestampMs('2024-05-06T07:08:09.1Z')).toBe(Date.UTC(2024, 4, 6, 7, 8, 9, 100));
  expect(parseTimestampMs('2024-05-06T07:08:09Z')).toBe(Date.UTC(2024, 4, 6, 7, 8, 9));
});

test('minds the zone that Podman writes', () => {
  expect(parseTimestampMs('2024-05-06T09:08:09.5+02:00')).toBe(Date.UTC(2024, 4, 6, 7, 8, 9, 500));
});

test('takes the zero time, nonsense and other types for no time', () => {
  for (const value of ['0001-01-01T00:00:00Z', '', 'yesterday', '2024-13-45T99:99:99Z', 5, null, {}]) {
    expect(parseTimestampMs(value)).toBeUndefined();
  }
});

test('reads back every time as engines write it', () => {
  const times = fc.date({ min: new Date(1), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
  fc.assert(
    fc.property(times, fc.nat(999_999), (time, nanoseconds) => {
      const text = time.toISOString().replace('Z', `${String(nanoseconds).padStart(6, '0')}Z`);
      expect(parseTimestampMs(text)).toBe(time.getTime());
    }),
  );
});
