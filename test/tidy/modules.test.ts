import { expect, it } from 'vitest';
import { importCycles, importsOf } from './modules.ts';

it('tells run-time imports from type imports, in every form', () => {
  const text = [
    "import type { A } from './a.ts';",
    "import { b,\n  c } from '../b.ts';",
    "import './c.ts';",
    "export { d } from 'd';",
    "export type { E } from 'e';",
    "const f = await import('f');",
    "export const g = 'g';",
  ].join('\n');
  const imports = importsOf('src/x/y.ts', text).map(({ target, typeOnly }) => [target, typeOnly]);
  expect(imports).toEqual([
    ['src/x/a.ts', true],
    ['src/b.ts', false],
    ['src/x/c.ts', false],
    ['d', false],
    ['e', true],
    ['f', false],
  ]);
});

it('finds a cycle, and none where a type import closes it', () => {
  const module = (path: string, text: string) => ({ path, text, imports: importsOf(path, text) });
  const a = module('src/a.ts', "import { b } from './b.ts';");
  expect(importCycles([a, module('src/b.ts', "import { a } from './a.ts';")])).toEqual([
    'src/a.ts → src/b.ts → src/a.ts',
  ]);
  expect(importCycles([a, module('src/b.ts', "import type { A } from './a.ts';")])).toEqual([]);
});
