import { writeFileSync } from 'node:fs';
import { GENERATED_FILES } from './generated-files.ts';

const top = new URL('../', import.meta.url);
for (const { path, generate } of GENERATED_FILES) {
  writeFileSync(new URL(path, top), generate());
  process.stdout.write(`${path}\n`);
}
