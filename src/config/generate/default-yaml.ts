import { stringify } from 'yaml';
import type { Property } from '../property.ts';
import { DECLARATIONS, type Declaration, SECTIONS, setAt } from '../schema.ts';
import { STANDARD_VARIABLES } from '../standard-variables.ts';
import { wrapWords } from './words.ts';

const COLUMNS = 110;

const HEADER = `# yaml-language-server: $schema=./plimsoll.schema.json
# The configuration of Plimsoll: every key at its default, with the environment variables that set it.
# Generated from src/config by "npm run docs". A file of yours needs only the keys that you change.
# Flags beat PLIMSOLL_ variables, these the standard variables (OTEL_…, DOCKER_…), these the file.
`;

/** Text of config/default.yaml: loading it changes nothing. */
export function generateDefaultYaml(): string {
  const root = [...DECLARATIONS.values()].filter(({ key }) => !key.includes('.'));
  const blocks = root.map((declaration) => `${formatEntry(declaration, '')}\n`);
  for (const [name, section] of Object.entries(SECTIONS)) {
    const inside = [...DECLARATIONS.values()].filter(({ key }) => key.startsWith(`${name}.`));
    const entries = inside.map((declaration) => formatEntry(declaration, '  '));
    blocks.push([...comment(section.doc, ''), `${name}:`, entries.join('\n\n'), ''].join('\n'));
  }
  return [HEADER, ...blocks].join('\n');
}

function formatEntry({ key, property, variable }: Declaration, indent: string): string {
  const standard = STANDARD_VARIABLES.filter((candidate) => candidate.key === key).map(({ name }) => name);
  const name = key.slice(key.indexOf('.') + 1);
  return [
    ...comment(property.doc, indent),
    ...comment(`Environment: ${[variable, ...standard].join(', ')}.`, indent),
    ...exampleOf(name, property).map((line) => `${indent}# ${line}`),
    ...formatValue(name, property).map((line) => indent + line),
  ].join('\n');
}

function formatValue(name: string, property: Property): readonly string[] {
  const nested: Record<string, unknown> = {};
  setAt(nested, name, property.default);
  return stringify(nested, { singleQuote: true, lineWidth: 0 }).trimEnd().split('\n');
}

function exampleOf(name: string, property: Property): readonly string[] {
  if (property.format !== 'named-sections') return [];
  return ['For example:', `  ${name}:`, ...property.example.map((line) => `    ${line}`)];
}

function comment(text: string, indent: string): readonly string[] {
  return wrapWords(text, COLUMNS - indent.length).map((line) => `${indent}# ${line}`);
}
