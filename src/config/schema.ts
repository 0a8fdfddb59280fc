import type { Schema } from 'convict';
import './formats.ts';
import type { Config } from './config.ts';
import {
  type FlagProperty,
  type Flattened,
  findNameFault,
  isMapProperty,
  type Property,
  type Section,
} from './property.ts';
import { collection } from './sections/collection.ts';
import { containers } from './sections/containers.ts';
import { discovery } from './sections/discovery.ts';
import { docker } from './sections/docker.ts';
import { host } from './sections/host.ts';
import { life } from './sections/life.ts';
import { log } from './sections/log.ts';
import { metrics } from './sections/metrics.ts';
import { network } from './sections/network.ts';
import { outbox } from './sections/outbox.ts';
import { push } from './sections/push.ts';
import { resource } from './sections/resource.ts';
import { shutdown } from './sections/shutdown.ts';
import { state } from './sections/state.ts';
import { status } from './sections/status.ts';

const disabled: FlagProperty = {
  doc: 'Whether the agent measures but pushes nothing.',
  format: 'flag',
  default: false,
};

/** Every section, in the order of the generated files. A new one is a file in sections/ and a line here. */
export const SECTIONS: { readonly [K in keyof Omit<Config, 'disabled'>]: Section<Flattened<Config[K]>> } = {
  collection,
  discovery,
  docker,
  host,
  containers,
  metrics,
  network,
  life,
  resource,
  push,
  outbox,
  state,
  status,
  shutdown,
  log,
};

export type Declaration = {
  /** Dotted path, e.g. `collection.intervalMs`. */
  readonly key: string;
  readonly property: Property;
  /** Name of the environment variable, e.g. `PLIMSOLL_COLLECTION_INTERVAL_MS`. */
  readonly variable: string;
};

/** Every key by its dotted path, in the order of the generated files. */
export const DECLARATIONS: ReadonlyMap<string, Declaration> = new Map(
  [
    declare('disabled', disabled),
    ...Object.entries(SECTIONS).flatMap(([section, { properties }]) =>
      Object.entries<Property>(properties).map(([name, property]) => declare(`${section}.${name}`, property)),
    ),
  ].map((declaration) => [declaration.key, declaration]),
);

function declare(key: string, property: Property): Declaration {
  const words = key.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`);
  return { key, property, variable: `PLIMSOLL_${words.toUpperCase()}` };
}

const NAMED = [...DECLARATIONS.values()].flatMap(({ key, property, variable }) =>
  property.format === 'named-sections' ? [{ key, property, variable }] : [],
);

/** Where a path leads into sections that the user names: to which of them, and what stands behind the name. */
export function namedSectionOf(path: string) {
  const around = NAMED.find(({ key }) => path.startsWith(`${key}.`));
  if (around === undefined) return undefined;
  const [name = '', ...rest] = path.slice(around.key.length + 1).split('.');
  return { ...around, name, rest: rest.join('.'), fault: findNameFault(around.property, name) };
}

/** The declaration of a key, also of one in a section that the user names: `push.destinations.NAME.endpoint`. */
export function declarationOf(path: string): Declaration | undefined {
  const named = namedSectionOf(path);
  if (named === undefined) return DECLARATIONS.get(path);
  const property = new Map(Object.entries(named.property.entry)).get(named.rest);
  return property && named.fault === undefined ? { key: path, property, variable: named.variable } : undefined;
}

/** One declaration as convict wants it. */
export function convictProperty({ property, variable }: Declaration): Schema<unknown> {
  // convict walks plain objects by dotted path, so a user's key such as `cloud.region` would be looked for as a
  // section; a Map it leaves whole.
  const isMap = isMapProperty(property) || property.format === 'named-sections';
  const initial = isMap ? new Map(Object.entries(property.default)) : property.default;
  return { ...property, default: initial, env: variable } as Schema<unknown>;
}

/** Whether keys are declared below this path. */
export function isSection(path: string): boolean {
  const named = namedSectionOf(path);
  if (named !== undefined) return named.rest === '' && named.fault === undefined;
  return [...DECLARATIONS.keys()].some((key) => key.startsWith(`${path}.`));
}

/** Names of the keys and sections directly in a section; the root is ''. */
export function namesIn(section: string): readonly string[] {
  const named = namedSectionOf(section);
  if (named !== undefined) return Object.keys(named.property.entry);
  const prefix = section === '' ? '' : `${section}.`;
  const below = [...DECLARATIONS.keys()].filter((key) => key.startsWith(prefix));
  return [...new Set(below.map((key) => key.slice(prefix.length).split('.', 1)[0]!))];
}

/** Sets a value at a dotted path, making the sections on the way. */
export function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  target[first] ??= {};
  setAt(target[first] as Record<string, unknown>, rest.join('.'), value);
}

/** The whole schema as convict wants it. */
export function convictSchema(): Schema<Record<string, unknown>> {
  const schema: Record<string, unknown> = {};
  for (const declaration of DECLARATIONS.values()) setAt(schema, declaration.key, convictProperty(declaration));
  return schema as Schema<Record<string, unknown>>;
}
