import convict from 'convict';
import { parseList } from './formats.ts';
import { findIdleGlob, suggestMetric } from './metric-names.ts';
import { formatValueProblem } from './problem.ts';
import type { Property } from './property.ts';
import { convictProperty, declarationOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { findNearest } from './suggestion.ts';

const PROBE_KEY = 'value';

/** The problem with one setting of a declared key, or nothing. Each layer's values are checked, overridden or not. */
export function findValueProblem(setting: Setting): string | undefined {
  const declaration = declarationOf(setting.key);
  if (declaration === undefined) throw new Error(`BUG: a setting of the undeclared key ${setting.key}`);
  const wrong = findFault(declaration, setting.value);
  if (wrong === undefined) return undefined;
  const { property } = declaration;
  const suggestion = suggestValue(property, setting.value);
  return formatValueProblem(setting.origin, setting.key, property, wrong, setting.value, suggestion);
}

function suggestValue(property: Property, value: unknown): string | undefined {
  if (property.format === 'choice' && typeof value === 'string') return findNearest(value, property.choices);
  if (property.format !== 'metric-globs') return undefined;
  const items: readonly unknown[] = typeof value === 'string' ? parseList(value) : Array.isArray(value) ? value : [];
  const idle = findIdleGlob(items.filter((item) => typeof item === 'string'));
  return idle === undefined ? undefined : suggestMetric(idle);
}

/**
 * Lets convict turn the value into its type and validate it. A schema of one key, so that each layer can be judged by
 * itself; marked sensitive, so that convict leaves the value out of its words: ours mask what is secret.
 */
function findFault(declaration: Parameters<typeof convictProperty>[0], value: unknown): string | undefined {
  const { env: _unused, ...property } = convictProperty(declaration) as Record<string, unknown>;
  const probe = convict<Record<string, unknown>>({ [PROBE_KEY]: { ...property, sensitive: true } } as never, {
    env: {},
    args: [],
  });
  probe.set(PROBE_KEY, value);
  try {
    probe.validate({ allowed: 'strict' });
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.slice(`${PROBE_KEY}: `.length);
  }
}
