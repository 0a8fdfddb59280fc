import { parseArgs } from 'node:util';

export type SoakOptions = { readonly minutes: number; readonly seed: number };

const DEFAULT_MINUTES = 20;

/** Throws where a number is none. Without a seed there is a new one in each run, which the report names. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({ args: [...args], options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
  const number = (name: 'minutes' | 'seed', otherwise: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (!(value > 0)) throw new Error(`--${name} ${values[name]} is no number above 0`);
    return value;
  };
  return { minutes: number('minutes', DEFAULT_MINUTES), seed: Math.floor(number('seed', 1 + (Date.now() % 1e6))) };
}
