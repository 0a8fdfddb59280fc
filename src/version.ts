import { createRequire } from 'node:module';

/** Of package.json, which lies one folder above both the sources and the published build. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version;
