import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../node-flags.ts';
import { type Import, importCycles, type Module, readModules } from './modules.ts';

/** The house rules that a machine can hold. ARCHITECTURE.md says why they are there. */

const ROOT = new URL('../../', import.meta.url).pathname;
const SOURCES = readModules(ROOT, ['src']);
const TESTS = readModules(ROOT, ['test', 'bench', 'scripts']);
const MAX_FILE_LINES = 300;

/** `path imports target` for every import of the folder's modules that is forbidden. */
function forbiddenImports(folder: string, isForbidden: (imported: Import) => boolean): string[] {
  return SOURCES.filter(({ path }) => path.startsWith(folder)).flatMap(({ path, imports }) =>
    imports.filter(isForbidden).map(({ target }) => `${path} imports ${target}`),
  );
}

/** `path:line text` for every line that matches. */
function linesMatching(modules: readonly Module[], pattern: RegExp): string[] {
  return modules.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

function outside(folder: string): Module[] {
  return SOURCES.filter(({ path }) => !path.startsWith(folder));
}

/** Whether the target lies in one of these folders of src. */
function isIn(target: string, ...folders: readonly string[]): boolean {
  return folders.some((folder) => target.startsWith(`src/${folder}/`));
}

describe('folder directions', () => {
  it('has no import cycles', () => {
    expect(importCycles(SOURCES)).toEqual([]);
  });

  it('keeps sources ignorant of everything that comes after them', () => {
    const later = ({ target }: Import) => isIn(target, 'accounting', 'instruments', 'push', 'status');
    expect(forbiddenImports('src/sources/', later)).toEqual([]);
  });

  it('keeps accounting pure: types of sources, the limits, itself, and nothing else of ours or of Node', () => {
    const impure = ({ target, typeOnly }: Import) =>
      target.startsWith('node:')
        ? target !== 'node:assert'
        : !isIn(target, 'accounting') && target !== 'src/limits.ts' && !(typeOnly && isIn(target, 'sources'));
    expect(forbiddenImports('src/accounting/', impure)).toEqual([]);
  });

  it('keeps instruments from opening files and from sources at run time', () => {
    const reading = ({ target, typeOnly }: Import) =>
      target.startsWith('node:fs') || (!typeOnly && isIn(target, 'sources'));
    expect(forbiddenImports('src/instruments/', reading)).toEqual([]);
  });

  it('keeps push ignorant of containers', () => {
    const knowing = ({ target }: Import) => isIn(target, 'sources', 'accounting', 'instruments');
    expect(forbiddenImports('src/push/', knowing)).toEqual([]);
  });

  it('lets only sources/docker speak to dockerode', () => {
    const speaking = outside('src/sources/docker/').filter(({ imports }) =>
      imports.some(({ target }) => target === 'dockerode' || target.startsWith('docker-modem')),
    );
    expect(speaking.map(({ path }) => path)).toEqual([]);
  });

  it('reads process.env only in config', () => {
    expect(linesMatching(outside('src/config/'), /\bprocess\.env\b/)).toEqual([]);
  });

  it('has every bound in the one list of them', () => {
    const elsewhere = SOURCES.filter(({ path }) => path !== 'src/limits.ts');
    expect(linesMatching(elsewhere, /\bMAX_(?!\w*(_MS|ATTEMPTS) )\w+ = [\d(]/)).toEqual([]);
  });

  it('names /proc only in sources/proc', () => {
    expect(linesMatching(outside('src/sources/proc/'), /['"`]\/proc\b/)).toEqual([]);
  });
});

describe('files', () => {
  it(`has no source file over ${MAX_FILE_LINES} lines`, () => {
    const lines = SOURCES.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(lines.filter((file) => file.lines > MAX_FILE_LINES)).toEqual([]);
  });

  it('has no default exports', () => {
    expect(linesMatching([...SOURCES, ...TESTS], /^export default\b/)).toEqual([]);
  });

  it('swallows no error in an empty catch', () => {
    const swallowing = [...SOURCES, ...TESTS].filter(({ text }) =>
      /catch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\(\) => \{\}\)/.test(text),
    );
    expect(swallowing.map(({ path }) => path)).toEqual([]);
  });

  it('switches no test off or on by itself', () => {
    const modifiers = ['skip', 'skipIf', 'runIf', 'only', 'todo'].join('|');
    const switched = new RegExp(
      `\\b(it|test|describe|suite|bench)(\\.\\w+)*\\.(${modifiers})\\b|\\b(skip|only|todo): true`,
    );
    expect(linesMatching(TESTS, switched)).toEqual([]);
  });

  it('uses no vague file names', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|misc|manager|service)\.ts$/;
    expect([...SOURCES, ...TESTS].map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});

describe('what is in the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = tracked.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)));

  it('starts Node with the same flags and environment everywhere', () => {
    expect(NODE_FLAGS).toHaveLength(3);
    const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
    const node = `MALLOC_ARENA_MAX=1 node ${NODE_FLAGS.join(' ')}`;
    expect(read('src/cli.ts').split('\n')[0]).toBe(`#!/usr/bin/env -S ${node}`);
    expect(read('package.json')).toContain(`"start": "${node} src/cli.ts"`);
    expect(read('deploy/Dockerfile')).toMatch(/^ENV .*\bMALLOC_ARENA_MAX=1$/m);
    expect(read('deploy/Dockerfile')).toContain(NODE_FLAGS.map((flag) => `"${flag}"`).join(', '));
  });

  /** `path:line` of every line of a tracked text file that holds one of these. */
  function mentions(pattern: RegExp): string[] {
    return paths.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'latin1');
      return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
    });
  }

  it('names no host of a package registry', () => {
    // Put together here, so that this file does not name them either.
    const hosts = [
      'registry npmjs org',
      'proxy golang org',
      'sum golang org',
      'pypi org',
      'crates io',
      'deb debian org',
      'registry-1 docker io',
    ];
    expect(mentions(new RegExp(hosts.map((host) => host.replaceAll(' ', '\\.')).join('|')))).toEqual([]);
  });

  it('names no path of one machine', () => {
    const folders = ['work', 'root', 'home/\\w+'].join('|');
    expect(mentions(new RegExp(`(^|[\\s"'\`=:(,])/(${folders})/`))).toEqual([]);
  });

  it('lists every decision in docs/adr/README.md', () => {
    const list = readFileSync(join(ROOT, 'docs/adr/README.md'), 'utf8');
    const decisions = globSync('*.md', { cwd: join(ROOT, 'docs/adr') }).filter((name) => name !== 'README.md');
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.filter((name) => !list.includes(name))).toEqual([]);
  });

  it('has a place for unreleased changes in CHANGELOG.md', () => {
    expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toMatch(/^## \[?Unreleased\]?/m);
  });
});
