import { isMapProperty, NAME, type Property } from '../property.ts';
import { DECLARATIONS, type Declaration, SECTIONS } from '../schema.ts';

type JsonSchema = { readonly [keyword: string]: unknown };

/** Text of config/plimsoll.schema.json, with which editors complete and check a configuration file. */
export function generateJsonSchema(): string {
  const root = [...DECLARATIONS.values()].filter(({ key }) => !key.includes('.'));
  const sections = Object.entries(SECTIONS).map(([name, { doc }]) => {
    const inside = [...DECLARATIONS.values()].filter(({ key }) => key.startsWith(`${name}.`));
    // A section whose keys are all commented out is empty, which YAML calls null.
    return [name, { description: doc, type: ['object', 'null'], ...closedObject(inside.map(describeEntry)) }] as const;
  });
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Plimsoll',
    description: 'Generated from src/config by "npm run docs".',
    type: ['object', 'null'],
    ...closedObject([...root.map(describeEntry), ...sections]),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Entries named by a path, `disk.enabled`, become objects of their own. */
function closedObject(entries: readonly (readonly [string, JsonSchema])[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [path, schema] of entries) {
    const [name = '', inner] = path.split('.');
    properties[name] = inner === undefined ? schema : { type: ['object', 'null'], ...closedObject([[inner, schema]]) };
  }
  return { properties, additionalProperties: false };
}

function describeEntry({ key, property, variable }: Declaration): readonly [string, JsonSchema] {
  const description = `${property.doc} Environment: ${variable}.`;
  return [key.slice(key.indexOf('.') + 1), { description, ...describeType(property), default: property.default }];
}

function describeType(property: Property): JsonSchema {
  if (isMapProperty(property)) return { type: 'object', additionalProperties: { type: 'string' } };
  switch (property.format) {
    case 'whole-number':
      return { type: 'integer', minimum: property.min, maximum: property.max };
    case 'flag':
      return { type: 'boolean' };
    case 'choice':
      return { enum: property.choices };
    case 'text-list':
    case 'metric-globs':
      return { type: 'array', items: { type: 'string', minLength: 1 } };
    case 'named-sections': {
      const entries = Object.entries<Property>(property.entry).map(([name, inner]) => {
        return [name, { description: inner.doc, ...describeType(inner), default: inner.default }] as const;
      });
      const section = { type: ['object', 'null'], ...closedObject(entries) };
      const propertyNames = { pattern: NAME.source, not: { const: property.reserved.name } };
      return { type: ['object', 'null'], propertyNames, additionalProperties: section };
    }
    case 'absolute-path':
      return { type: 'string', pattern: property.default === '' ? '^$|^/' : '^/' };
    case 'endpoint-url':
      return { type: 'string', pattern: '^$|^https?://' };
    case 'docker-host':
      return { type: 'string', pattern: '^$|^unix:///|^(tcp|https?)://' };
    default:
      return { type: 'string' };
  }
}
