import { readFile } from 'node:fs/promises';
import type { Reply } from './reply.ts';

/** Every file of the page, by the path it is served under. They lie in page/ beside this file, in the build as well. */
const PAGE_FILES = [
  { path: '/', file: 'index.html', contentType: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', contentType: 'text/css; charset=utf-8' },
  { path: '/table.css', file: 'table.css', contentType: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', contentType: 'text/javascript; charset=utf-8' },
  { path: '/table.js', file: 'table.js', contentType: 'text/javascript; charset=utf-8' },
  { path: '/format.js', file: 'format.js', contentType: 'text/javascript; charset=utf-8' },
  { path: '/icon.svg', file: 'icon.svg', contentType: 'image/svg+xml' },
] as const;

/** Reads the page into memory, some ten kilobytes. Rejects when the installation lacks a file. */
export async function readPageFiles(): Promise<readonly { readonly path: string; readonly reply: Reply }[]> {
  return Promise.all(
    PAGE_FILES.map(async ({ path, file, contentType }) => {
      const body = await readFile(new URL(`./page/${file}`, import.meta.url));
      return { path, reply: { httpStatus: 200, contentType, body } };
    }),
  );
}
