import { Document, isScalar } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { maskText } from './problem.ts';
import { isMapProperty, type Property } from './property.ts';
import { DECLARATIONS, type Declaration } from './schema.ts';

const MASK = '***';

/** The effective configuration as YAML, with who set each key that is not at its default. Secrets are masked. */
export function printConfig({ config, origins }: Pick<LoadedConfig, 'config' | 'origins'>): string {
  const document = new Document({});
  for (const { key, property } of [...DECLARATIONS.values()].flatMap((declaration) => withNamed(config, declaration))) {
    const path = key.split('.');
    document.setIn(path, document.createNode(maskValue(property, valueAt(config, path))));
    const origin = origins.get(key);
    if (origin !== undefined) annotate(document, path, ` ${origin}`);
  }
  return document.toString({ lineWidth: 0 });
}

type Declared = Pick<Declaration, 'key' | 'property'>;

/** The keys in the sections that the user named, in place of what declares them. */
function withNamed(config: unknown, declared: Declared): readonly Declared[] {
  const { key, property } = declared;
  const names = property.format === 'named-sections' ? Object.keys(valueAt(config, key.split('.')) as object) : [];
  if (property.format !== 'named-sections' || names.length === 0) return [declared];
  const entries = Object.entries<Property>(property.entry);
  return names.flatMap((name) => entries.map(([inner, of]) => ({ key: `${key}.${name}.${inner}`, property: of })));
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
}

function maskValue(property: Property, value: unknown): unknown {
  if (property.sensitive === true) {
    // The names of headers tell what is sent without telling the secret.
    if (!isMapProperty(property)) return MASK;
    return Object.fromEntries(Object.keys(value as object).map((name) => [name, MASK]));
  }
  return typeof value === 'string' ? maskText(property, value) : value;
}

function annotate(document: Document, path: readonly string[], comment: string): void {
  const node = document.getIn(path, true);
  if (isScalar(node)) node.comment = comment;
  else if (typeof node === 'object' && node !== null) (node as { commentBefore?: string }).commentBefore = comment;
}
