import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs, type ProcFs } from '../../src/sources/proc/proc-fs.ts';

export type Tree = {
  readonly root: string;
  /** Writes files by path below the root; folders are made. A path that ends with a slash is a folder. */
  write(files: Readonly<Record<string, string>>): void;
  link(path: string, target: string): void;
  remove(path: string): void;
};

/** Folders and files that stand for kernel file systems and may change between two looks; removed after the test. */
export function createTree(files: Readonly<Record<string, string>> = {}): Tree {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const tree: Tree = {
    root,
    write(content) {
      for (const [path, text] of Object.entries(content)) {
        const target = join(root, path);
        mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
        if (!path.endsWith('/')) writeFileSync(target, text);
      }
    },
    link(path, target) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      rmSync(join(root, path), { force: true });
      symlinkSync(target, join(root, path));
    },
    remove: (path) => rmSync(join(root, path), { recursive: true }),
  };
  tree.write(files);
  return tree;
}

/** A procfs at that path, with counts of its own. */
export function procAt(path: string): ProcFs {
  return createProcFs({ root: '/', path, files: createKernelFiles() });
}
