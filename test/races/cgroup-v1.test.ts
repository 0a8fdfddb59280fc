import { vi } from 'vitest';
import { testLooks } from './looks.ts';
import { testRaces } from './races.ts';

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const { kernel } = await import('./kernel.ts');
  return { ...real, ...kernel.over(real) };
});
vi.mock('../../src/cycle/container-provider.ts', () => import('./plain-provider.ts'));

testRaces(1, { 1: 1_500, 2: 1_500 });
testLooks(1, { found: 200, ended: 300 });
