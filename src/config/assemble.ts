import convict from 'convict';
import type { Config } from './config.ts';
import { assembleNamed, collectNamed } from './named-sections.ts';
import type { Environment } from './process-environment.ts';
import { isMapProperty, type Property } from './property.ts';
import { convictSchema, DECLARATIONS, setAt } from './schema.ts';
import type { Setting } from './setting.ts';

export type Layers = {
  readonly file: readonly Setting[];
  readonly standard: readonly Setting[];
  /** PLIMSOLL_ variables; convict reads them by the names in the schema. */
  readonly own: readonly Setting[];
  readonly flags: readonly Setting[];
};

/**
 * Puts checked layers together: defaults, file, standard variables, own variables, flags, the later ones winning.
 * Maps are merged entry by entry, so that a token from a variable joins the headers of a file.
 */
export function assembleConfig(all: Layers): Config {
  const layers = withoutNamed(all);
  const env: Environment = Object.fromEntries(layers.own.map(({ origin, value }) => [origin, String(value)]));
  const instance = convict<Record<string, unknown>>(convictSchema() as never, { env, args: [] });
  for (const setting of [...layers.file, ...layers.standard]) {
    mergingMaps(MAPS, instance, () => instance.set(setting.key, setting.value));
  }
  // Loading nothing makes convict read the variables once more, now over file and standard variables.
  mergingMaps(MAPS, instance, () => instance.load({}));
  for (const setting of layers.flags) mergingMaps(MAPS, instance, () => instance.set(setting.key, setting.value));
  instance.validate({ allowed: 'strict' });
  const config = toPlainData(instance.getProperties()) as Record<string, unknown>;
  for (const section of collectNamed([...all.file, ...all.standard, ...all.own, ...all.flags])) {
    const { property } = DECLARATIONS.get(section.key)!;
    const maps = property.format === 'named-sections' ? mapsOf(Object.entries<Property>(property.entry)) : [];
    const values = assembleNamed(section, (named, change) => mergingMaps(maps, named, change));
    setAt(config, `${section.key}.${section.name}`, toPlainData(values));
  }
  return config as Config;
}

/** Sections that the user names are put together one by one: convict knows no schema for names that it does not know. */
function withoutNamed(layers: Layers): Layers {
  const plain = (settings: readonly Setting[]) => settings.filter(({ key }) => DECLARATIONS.has(key));
  return {
    file: plain(layers.file),
    standard: plain(layers.standard),
    own: plain(layers.own),
    flags: plain(layers.flags),
  };
}

type Maps = readonly (readonly [key: string, property: Property])[];

const mapsOf = (properties: Maps): Maps => properties.filter(([, property]) => isMapProperty(property));

const MAPS = mapsOf([...DECLARATIONS.values()].map(({ key, property }) => [key, property]));

/** convict replaces whole values; for maps the entries from before come back where they have not been set anew. */
function mergingMaps(maps: Maps, instance: convict.Config<Record<string, unknown>>, change: () => unknown): void {
  const before = maps.map(([key]) => instance.get(key as never) as unknown);
  change();
  for (const [index, [key, property]] of maps.entries()) {
    const [older, newer] = [before[index], instance.get(key as never) as unknown];
    if (!(older instanceof Map && newer instanceof Map)) continue;
    // HTTP does not tell Authorization from authorization; sent twice, the wrong one might be believed.
    const fold = (name: string): string => (property.format === 'http-headers' ? name.toLowerCase() : name);
    const replaced = new Set([...newer.keys()].map(fold));
    const kept = [...older].filter(([name]) => !replaced.has(fold(name)));
    instance.set(key, new Map([...kept, ...newer]));
  }
}

function toPlainData(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlainData(item)]));
}
