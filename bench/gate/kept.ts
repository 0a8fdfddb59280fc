import { readFileSync, writeFileSync } from 'node:fs';
import type { GateNumbers } from './judge.ts';

const KEPT = new URL('../gate.json', import.meta.url);

/** Whoever makes the agent cheaper writes them anew with `npm run bench -- --update-gate`, so that it stays so. */
export function readKept(): GateNumbers {
  return JSON.parse(readFileSync(KEPT, 'utf8'));
}

export function writeKept({ cycleToFloor, residentMb }: GateNumbers): void {
  const rounded = { cycleToFloor: Number(cycleToFloor.toFixed(2)), residentMb: Number(residentMb.toFixed(0)) };
  writeFileSync(KEPT, `${JSON.stringify(rounded, null, 2)}\n`);
}
