import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export type Import = {
  /** As written. */
  readonly specifier: string;
  /** Path in the repository for a file of ours, else the specifier itself. */
  readonly target: string;
  /** `import type` and `export type … from`: gone at run time. */
  readonly typeOnly: boolean;
};

export type Module = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** Every TypeScript file below these folders of the repository, with what it imports. */
export function readModules(root: string, folders: readonly string[]): Module[] {
  const paths = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));
  return paths.sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
}

export function importsOf(path: string, text: string): Import[] {
  const found = [
    ...[...text.matchAll(STATIC)].map(([, type, specifier]) => ({
      specifier: specifier!,
      typeOnly: type !== undefined,
    })),
    ...[...text.matchAll(DYNAMIC)].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
  return found.map(({ specifier, typeOnly }) => {
    const target = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier;
    return { specifier, target, typeOnly };
  });
}

/** The cycles among run-time imports, each as the path that leads back to its first file. Every file is walked once. */
export function importCycles(modules: readonly Module[]): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (finished.has(path) || trail.includes(path)) return;
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) if (!typeOnly) walk(target, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of modules) walk(path, []);
  return cycles;
}
