import { glob } from '../glob.ts';
import type { Container } from '../sources/container.ts';

/** Whether a container is measured, and why; kept as data so that it can be explained. */
export type Selection = { readonly measured: boolean; readonly reason: string };

export type SelectionOptions = { readonly include: readonly string[]; readonly exclude: readonly string[] };

export const ENABLE_LABEL = 'plimsoll.enable';

type Matcher = { readonly pattern: string; readonly matches: (container: Container) => boolean };

/** Chooses containers: the label `plimsoll.enable=false`, then `containers.exclude`, then `containers.include`. */
export function createSelection({ include, exclude }: SelectionOptions): (container: Container) => Selection {
  const included = include.map(createMatcher);
  const excluded = exclude.map(createMatcher);

  return (container) => {
    if (container.labels[ENABLE_LABEL]?.toLowerCase() === 'false') {
      return { measured: false, reason: `its label ${ENABLE_LABEL} is false` };
    }
    const exclusion = excluded.find(({ matches }) => matches(container));
    if (exclusion) return { measured: false, reason: `containers.exclude has ${exclusion.pattern}` };
    if (included.length === 0) return { measured: true, reason: 'all containers are measured' };
    const inclusion = included.find(({ matches }) => matches(container));
    return inclusion
      ? { measured: true, reason: `containers.include has ${inclusion.pattern}` }
      : { measured: false, reason: 'no pattern of containers.include matches it' };
  };
}

function createMatcher(pattern: string): Matcher {
  const separator = pattern.indexOf(':');
  const subject = pattern.slice(0, separator);
  if (subject === 'image') return { pattern, matches: imageMatcher(pattern.slice(separator + 1)) };
  if (subject === 'label') return { pattern, matches: labelMatcher(pattern.slice(separator + 1)) };
  const matches = glob(subject === 'name' ? pattern.slice(separator + 1) : pattern);
  return { pattern, matches: ({ name }) => matches(name) };
}

function imageMatcher(pattern: string): Matcher['matches'] {
  const matches = glob(pattern);
  return ({ image }) =>
    image.name !== undefined && (matches(image.name) || image.tags.some((tag) => matches(`${image.name}:${tag}`)));
}

/** `key` matches a label of any value, `key=value` one of that value. */
function labelMatcher(pattern: string): Matcher['matches'] {
  const separator = pattern.indexOf('=');
  const key = glob(separator < 0 ? pattern : pattern.slice(0, separator));
  const value = separator < 0 ? () => true : glob(pattern.slice(separator + 1));
  return ({ labels }) => Object.entries(labels).some((label) => key(label[0]) && value(label[1]));
}
