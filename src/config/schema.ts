import type { Schema } from 'convict';
import './formats.ts';
import type { Config } from './config.ts';
import { type FlagProperty, type Flattened, isMapProperty, type Property, type Section } from './property.ts';
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

/** One declaration as convict wants it. */
export function convictProperty({ property, variable }: Declaration): Schema<unknown> {
  // convict walks plain objects by dotted path, so a user's key such as `cloud.region` would be looked for as a
  // section; a Map it leaves whole.
  const initial = isMapProperty(property) ? new Map(Object.entries(property.default)) : property.default;
  return { ...property, default: initial, env: variable } as Schema<unknown>;
}

/** Whether keys are declared below this path. */
export function isSection(path: string): boolean {
  return [...DECLARATIONS.keys()].some((key) => key.startsWith(`${path}.`));
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
