import { describe, expect, it } from 'vitest';
import { outcomeOfStatus, parseRetryAfter } from '../../src/push/status-table.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

describe('status table', () => {
  it.each([407, 429, 502, 503, 504])('tries again after %d', (status) => {
    expect(outcomeOfStatus(status, undefined, NOW)).toEqual({
      status: 'retryable',
      reason: expect.stringContaining(`${status}`),
      errorType: `${status}`,
      httpStatus: status,
    });
  });

  it.each([300, 301, 308, 400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 501, 505])(
    'gives up after %d',
    (status) => {
      expect(outcomeOfStatus(status, '5', NOW)).toMatchObject({ status: 'refused', httpStatus: status });
    },
  );

  it.each([
    ['17', 17_000],
    [' 17 ', 17_000],
    ['0', 0],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads Retry-After %j as %s ms', (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms);
  });
});
