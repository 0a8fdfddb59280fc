/**
 * What can be said of the totals that were handed out before: that the memory has them, that it has them if nothing
 * ended since, or nothing. Where they are not known they may have been more than can be counted now; then counting
 * begins anew, with zero at the first reading.
 */
export type Past = 'known' | 'known if unchanged' | 'unknown';

const FROM_BEST: readonly Past[] = ['known', 'known if unchanged', 'unknown'];

export function worseOf(a: Past, b: Past): Past {
  return FROM_BEST.indexOf(a) > FROM_BEST.indexOf(b) ? a : b;
}
