import convict from 'convict';
import { LONGEST_GLOB } from '../glob.ts';
import { completeEndpoint, findDockerHostFault, findEndpointFault, isSocketAddress } from './address-formats.ts';
import { readKeyValueMap } from './key-value-list.ts';
import { findIdleGlob } from './metric-names.ts';
import { shortenText } from './problem.ts';
import type { ChoiceProperty, NumberProperty, Property } from './property.ts';

/**
 * The formats of the schema, as convict wants them: `coerce` turns text (a variable, a flag) into a value and leaves
 * what it cannot read as it is; `validate` throws what is wrong with a value, in words that never quote it.
 */
type Format = {
  readonly coerce?: (text: string) => unknown;
  readonly find: (value: unknown, property: Property) => string | undefined;
};

/** One for each format name; a format that is missing here does not compile. */
const FORMATS: { readonly [F in Property['format']]: Format } = {
  'whole-number': {
    coerce: (text) => (/^[+-]?\d+$/.test(text.trim()) ? Number(text) : text),
    find: (value, property) => findNumberFault(value, property as NumberProperty),
  },
  flag: {
    coerce: (text) => ({ true: true, '1': true, false: false, '0': false })[text.trim().toLowerCase()] ?? text,
    find: (value) => (typeof value === 'boolean' ? undefined : 'is neither true nor false'),
  },
  choice: { find: (value, property) => findChoiceFault(value, property as ChoiceProperty) },
  text: { find: (value) => findTextFault(value, () => undefined) },
  'endpoint-url': { coerce: completeEndpoint, find: (value) => findTextFault(value, findEndpointFault) },
  'docker-host': { find: (value) => findTextFault(value, findDockerHostFault) },
  'socket-address': {
    find: (value) => findTextFault(value, (text) => (isSocketAddress(text) ? undefined : 'is not a host and a port')),
  },
  'absolute-path': {
    // Empty means that the path is derived, which only a key that is empty by default can be.
    find: (value, property) =>
      findTextFault(value, (text) =>
        text.startsWith('/') || (text === '' && property.default === '') ? undefined : 'is not an absolute path',
      ),
  },
  'text-list': { coerce: parseList, find: findListFault },
  'metric-globs': { coerce: parseList, find: (value) => findListFault(value) ?? findIdleFault(value as string[]) },
  'text-map': { coerce: parseMap, find: (value) => findMapFault(value, findKeyFault) },
  // What is in them is checked key by key.
  'named-sections': { find: (value) => (value instanceof Map ? undefined : 'is not a set of named sections') },
  'http-headers': { coerce: parseMap, find: (value) => findMapFault(value, findHeaderFault) },
};

for (const [name, format] of Object.entries(FORMATS)) {
  convict.addFormat({
    name,
    ...(format.coerce === undefined ? {} : { coerce: format.coerce }),
    validate: (value, property) => {
      const fault = format.find(value, property as unknown as Property);
      if (fault !== undefined) throw new Error(fault);
    },
  });
}

function findNumberFault(value: unknown, property: NumberProperty): string | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'is not a whole number';
  return value < property.min || value > property.max ? 'is out of range' : undefined;
}

function findChoiceFault(value: unknown, property: ChoiceProperty): string | undefined {
  if (typeof value === 'string' && property.choices.includes(value)) return undefined;
  const refusal = typeof value === 'string' ? new Map(Object.entries(property.refusals ?? {})).get(value) : undefined;
  return refusal ?? 'is not one of the choices';
}

function findTextFault(value: unknown, find: (text: string) => string | undefined): string | undefined {
  return typeof value === 'string' ? find(value) : 'is not text (text that looks like something else needs quotes)';
}

export function parseList(text: string): readonly string[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

function findListFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'is not a list';
  const wrong = value.findIndex((item) => typeof item !== 'string' || item === '');
  if (wrong >= 0) return `item ${wrong + 1} of the list is not text, or empty`;
  // All lists are of globs.
  const long = value.findIndex((item: string) => item.length > LONGEST_GLOB);
  return long < 0 ? undefined : `item ${long + 1} of the list has more than ${LONGEST_GLOB} characters`;
}

function findIdleFault(globs: readonly string[]): string | undefined {
  const idle = findIdleGlob(globs);
  return idle === undefined ? undefined : `${shortenText(JSON.stringify(idle))} matches no metric of a container`;
}

function parseMap(text: string): ReadonlyMap<string, string> | string {
  const read = readKeyValueMap(text);
  return read.status === 'ok' ? read.map : text;
}

function findMapFault(value: unknown, find: (key: string, text: string) => string | undefined): string | undefined {
  if (typeof value === 'string') {
    const read = readKeyValueMap(value);
    return `is not KEY=VALUE,KEY=VALUE${read.status === 'malformed' ? `: ${read.reason}` : ''}`;
  }
  if (!(value instanceof Map)) return 'is not a section of keys';
  for (const [key, item] of value) {
    if (typeof item !== 'string') return `the value of ${JSON.stringify(key)} is not text (numbers need quotes here)`;
    const fault = find(key, item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const findKeyFault = (key: string): string | undefined => (key === '' ? 'a key is empty, or no text' : undefined);

function findHeaderFault(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name)) return `${JSON.stringify(name)} is not the name of an HTTP header`;
  const unsendable = /[^\t\x20-\x7e\x80-\xff]/.test(value);
  return unsendable
    ? `the value of the header ${JSON.stringify(name)} has characters that HTTP cannot carry`
    : undefined;
}
