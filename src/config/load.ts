import { assembleConfig, type Layers } from './assemble.ts';
import type { Config } from './config.ts';
import { collectNamed, expandNamed, findNamedProblems } from './named-sections.ts';
import { readStandardEnvironment, type StandardSettings } from './otel-env.ts';
import { FILE_VARIABLE, findUnknownVariables, readOwnEnvironment } from './own-env.ts';
import { ConfigurationError, formatProblem } from './problem.ts';
import type { Environment } from './process-environment.ts';
import { isMapProperty } from './property.ts';
import { DECLARATIONS, declarationOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { findValueProblem } from './value-check.ts';
import { describeUnknownKey, type FileSettings, readYamlSettings } from './yaml-settings.ts';

export const DEFAULT_FILE = '/etc/plimsoll/plimsoll.yaml';

export type LoadOptions = {
  readonly env: Environment;
  /** What flags set, as text; their origin is the flag. Keys may be unknown: that is a problem like any other. */
  readonly flags: readonly Setting[];
  /** The file that a flag names. */
  readonly file?: string | undefined;
  /** The text of a file, undefined where it does not exist; throws where it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
};

export type LoadedConfig = {
  readonly config: Config;
  /** What was passed over or adjusted; never a secret. */
  readonly warnings: readonly string[];
  /** The files that were read. */
  readonly files: readonly string[];
  /** Who set a key, for the keys that are not at their default. */
  readonly origins: ReadonlyMap<string, string>;
};

/** Flags over PLIMSOLL_ variables over standard variables over the file over defaults. Throws ConfigurationError. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const file = readFileSettings(options);
  const expanded = { own: expandNamed(readOwnEnvironment(options.env)), flags: expandNamed(options.flags) };
  const own = expanded.own.settings;
  const standard = withoutOverridden(readStandardEnvironment(options.env), [...own, ...expanded.flags.settings]);
  const unknown = expanded.flags.settings.filter(({ key }) => !declarationOf(key));
  const flags = expanded.flags.settings.filter(({ key }) => declarationOf(key));
  const problems = [
    ...file.problems,
    ...expanded.own.problems,
    ...expanded.flags.problems,
    ...[...file.settings, ...standard.settings, ...own, ...flags].flatMap((setting) => findValueProblem(setting) ?? []),
    ...unknown.map(({ origin, key }) => describeUnknownKey(origin, key)),
    ...findNamedProblems(collectNamed([...file.settings, ...own, ...flags])),
  ];
  if (problems.length > 0) throw new ConfigurationError(sortByLine(problems));
  const layers: Layers = { file: file.settings, standard: standard.settings, own, flags };
  const origins = collectOrigins(layers);
  const fitted = fitTimeout(assembleConfig(layers), origins);
  return {
    config: fitted.config,
    warnings: [
      ...file.warnings,
      ...standard.warnings.map(({ text }) => text),
      ...findUnknownVariables(options.env),
      ...fitted.warnings,
    ],
    files: file.path === undefined ? [] : [file.path],
    origins,
  };
}

/** The file of the flag, else of the variable, else the usual one where it exists. */
function readFileSettings(options: LoadOptions): FileSettings & { readonly path?: string } {
  const named = options.file ?? (options.env[FILE_VARIABLE] || undefined);
  const path = named ?? DEFAULT_FILE;
  const nothing: FileSettings = { settings: [], problems: [], warnings: [] };
  try {
    const text = options.readFile(path);
    if (text !== undefined) return { ...readYamlSettings(path, text), path };
    if (named === undefined) return nothing;
    const namedBy = options.file === undefined ? ` (named by ${FILE_VARIABLE})` : '';
    return { ...nothing, problems: [formatProblem({ origin: path, wrong: `the file does not exist${namedBy}` })] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...nothing, problems: [formatProblem({ origin: path, wrong: `the file cannot be read: ${reason}` })] };
  }
}

/**
 * A standard variable is often set for every program of a machine. Where something of ours takes its place, a value
 * that Plimsoll cannot use must not stop it.
 */
function withoutOverridden(standard: StandardSettings, stronger: readonly Setting[]): StandardSettings {
  const overridden = new Set(stronger.map(({ key }) => key).filter((key) => !isMap(key)));
  return {
    settings: standard.settings.filter(({ key }) => !overridden.has(key)),
    warnings: standard.warnings.filter(({ key }) => !overridden.has(key)),
  };
}

function isMap(key: string): boolean {
  const property = declarationOf(key)?.property;
  return property !== undefined && isMapProperty(property);
}

function collectOrigins(layers: Layers): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  for (const { key, origin } of [...layers.file, ...layers.standard, ...layers.own, ...layers.flags]) {
    const before = origins.get(key);
    origins.set(key, before !== undefined && isMap(key) ? `${before}, ${origin}` : origin);
  }
  return origins;
}

/** Problems of one file in the order of its lines, whichever check found them; the others stay where they are. */
function sortByLine(problems: readonly string[]): readonly string[] {
  const lineOf = (problem: string): number => Number(/^[^\s]+?:(\d+): /.exec(problem)?.[1] ?? Number.POSITIVE_INFINITY);
  return problems
    .map((problem) => ({ problem, line: lineOf(problem) }))
    .sort((a, b) => (a.line === b.line ? 0 : a.line - b.line))
    .map(({ problem }) => problem);
}

/** A cycle cannot take longer than the interval. A shorter interval alone is no mistake, so the default just follows. */
function fitTimeout(
  config: Config,
  origins: ReadonlyMap<string, string>,
): { readonly config: Config; readonly warnings: readonly string[] } {
  const { intervalMs, timeoutMs } = config.collection;
  if (timeoutMs <= intervalMs) return { config, warnings: [] };
  const property = DECLARATIONS.get('collection.timeoutMs')?.property;
  const chosen = origins.has('collection.timeoutMs') && timeoutMs !== property?.default;
  // The greatest value is how "no limit" arrives; nobody need be told that it is the interval.
  const limited = property?.format === 'whole-number' && timeoutMs < property.max;
  const origin = origins.get('collection.timeoutMs') ?? '';
  const wrong = `${timeoutMs} is longer than the interval; ${intervalMs}, the interval, is used`;
  return {
    config: { ...config, collection: { ...config.collection, timeoutMs: intervalMs } },
    warnings: chosen && limited ? [formatProblem({ origin, key: 'collection.timeoutMs', wrong })] : [],
  };
}
