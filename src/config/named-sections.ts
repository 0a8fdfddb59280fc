import convict from 'convict';
import { LIMITS } from '../limits.ts';
import { formatProblem } from './problem.ts';
import { convictProperty, DECLARATIONS, namedSectionOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { type FileSettings, readNamedText } from './yaml-settings.ts';

/** Settings whose text stands for whole sections that the user names become one setting for each key in them. */
export function expandNamed(settings: readonly Setting[]): Omit<FileSettings, 'warnings'> {
  const read = settings.map((setting) =>
    DECLARATIONS.get(setting.key)?.property.format === 'named-sections'
      ? readNamedText(setting)
      : { settings: [setting], problems: [] },
  );
  return { settings: read.flatMap((one) => one.settings), problems: read.flatMap((one) => one.problems) };
}

type Named = {
  /** Path of the sections, e.g. `push.destinations`. */
  readonly key: string;
  readonly name: string;
  /** In the order in which they count, by the key within the section. */
  readonly settings: readonly Setting[];
};

/** The named sections that these settings make, the later setting of a key winning. */
export function collectNamed(settings: readonly Setting[]): readonly Named[] {
  const named = new Map<string, { key: string; name: string; settings: Setting[] }>();
  for (const setting of settings) {
    const place = namedSectionOf(setting.key);
    if (place === undefined) continue;
    const { key, name, rest } = place;
    const section = named.get(`${key}.${name}`) ?? { key, name, settings: [] };
    section.settings.push({ ...setting, key: rest });
    named.set(`${key}.${name}`, section);
  }
  return [...named.values()];
}

/** What is wrong with a section as a whole: its keys have been looked at one by one. */
export function findNamedProblems(sections: readonly Named[]): readonly string[] {
  const missing = sections.flatMap(({ key, name, settings }) => {
    const { required } = propertyOf(key);
    const isThere = settings.findLast((setting) => setting.key === required)?.value;
    const wrong = 'is missing: a section has to have it';
    const origin = settings[0]!.origin;
    return isThere ? [] : [formatProblem({ origin, key: `${key}.${name}.${required}`, wrong })];
  });
  const { max } = LIMITS.destinations;
  const beyond = sections[max];
  if (beyond === undefined) return missing;
  const wrong = `there are ${sections.length} sections; allowed: ${max}`;
  return [...missing, formatProblem({ origin: beyond.settings[0]!.origin, key: beyond.key, wrong })];
}

/** The values of one section, its defaults where nothing is set. */
export function assembleNamed({ key, settings }: Named, merging: Merging): Record<string, unknown> {
  const { entry } = propertyOf(key);
  const schema = Object.entries(entry).map(([name, property]) => {
    const { env: _unused, ...declared } = convictProperty({ key: name, property, variable: '' }) as { env?: string };
    return [name, declared];
  });
  const instance = convict<Record<string, unknown>>(Object.fromEntries(schema) as never, { env: {}, args: [] });
  for (const setting of settings) merging(instance, () => instance.set(setting.key, setting.value));
  return instance.getProperties();
}

/** Makes a change after which entries of maps that were there before are still there. */
export type Merging = (instance: convict.Config<Record<string, unknown>>, change: () => unknown) => void;

function propertyOf(key: string) {
  const property = DECLARATIONS.get(key)?.property;
  if (property?.format !== 'named-sections') throw new Error(`BUG: ${key} has no named sections`);
  return property;
}
