import { createHash } from 'node:crypto';

/**
 * Where in the interval a host's cycles lie: a hash of what identifies the host, so that many agents do not push in the
 * same second, and one agent keeps its phase over restarts.
 */
export function phaseMs(identity: string, intervalMs: number): number {
  const hash = createHash('sha256').update(identity).digest().readUInt32BE(0);
  return Math.floor((hash / 2 ** 32) * intervalMs);
}

/** How long from now until the next cycle of that phase. Never 0: the cycle of now has its own turn. */
export function untilNextMs(nowUnixMs: number, intervalMs: number, phase: number): number {
  const rest = (((phase - nowUnixMs) % intervalMs) + intervalMs) % intervalMs;
  return rest === 0 ? intervalMs : rest;
}
