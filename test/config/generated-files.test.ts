import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { GENERATED_FILES } from '../../scripts/generated-files.ts';
import { generateDefaultYaml } from '../../src/config/generate/default-yaml.ts';
import { generateJsonSchema } from '../../src/config/generate/json-schema.ts';
import { DECLARATIONS } from '../../src/config/schema.ts';
import { load } from './load-fixture.ts';

it.each(GENERATED_FILES)('$path is what the sources generate (else: npm run docs)', ({ path, generate }) => {
  const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(committed === generate(), `${path} is stale: npm run docs`).toBe(true);
});

it('loads the default file without changing anything', () => {
  const loaded = load({ yaml: generateDefaultYaml() });
  expect(loaded.config).toEqual(load().config);
  expect(loaded.warnings).toEqual([]);
});

it('has every key at its default in the default file', () => {
  expect(parse(generateDefaultYaml())).toEqual(load().config);
});

it('has a variable of its own and one sentence of documentation for every key', () => {
  const declarations = [...DECLARATIONS.values()];
  expect(new Set(declarations.map(({ variable }) => variable)).size).toBe(declarations.length);
  expect(DECLARATIONS.get('collection.intervalMs')?.variable).toBe('PLIMSOLL_COLLECTION_INTERVAL_MS');
  for (const { key, property } of declarations) expect(property.doc, key).toMatch(/^[A-Z].*[^.]\.$/);
});

it('describes every key in the JSON schema, and lets no other pass', () => {
  const schema = JSON.parse(generateJsonSchema());
  for (const { key, property } of DECLARATIONS.values()) {
    const node = key.split('.').reduce((parent, name) => parent.properties[name], schema);
    expect(node.default, key).toEqual(property.default);
    expect(node.description, key).toContain(property.doc);
  }
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.push.additionalProperties).toBe(false);
  expect(schema.properties.push.properties.compression.enum).toEqual(['gzip', 'none']);
});
