import type { Environment } from './process-environment.ts';
import type { Setting } from './setting.ts';
import { STANDARD_VARIABLES, type StandardVariable } from './standard-variables.ts';

export type StandardSettings = {
  /** At most one for each key; its origin is the variable's name. */
  readonly settings: readonly Setting[];
  /** What was passed over and why, by key, so that one whose key is overridden need not be said. */
  readonly warnings: readonly { readonly key: string; readonly text: string }[];
};

/** What OpenTelemetry's and Docker's own variables set. Empty counts as unset, METRICS_ variants beat the general ones. */
export function readStandardEnvironment(env: Environment): StandardSettings {
  const settings = new Map<string, Setting>();
  const warnings: { key: string; text: string }[] = [];
  for (const variable of STANDARD_VARIABLES) {
    const text = env[variable.name];
    if (text === undefined || text === '') continue;
    const meaning = variable.read(text);
    if (meaning.status === 'ignored') {
      warnings.push({ key: variable.key, text: `${variable.name} is ignored: ${meaning.reason}` });
      continue;
    }
    settings.set(variable.key, combine(settings.get(variable.key), variable, meaning.value));
  }
  warnings.push(...findUnsupportedExporters(env));
  return { settings: [...withAgentName(settings).values()], warnings };
}

/** The first variable of a key is the strongest: a later one only adds the entries of a map that are not there yet. */
function combine(stronger: Setting | undefined, variable: StandardVariable, value: unknown): Setting {
  if (stronger === undefined) return { key: variable.key, value, origin: variable.name };
  if (!(stronger.value instanceof Map && value instanceof Map)) return stronger;
  return {
    ...stronger,
    value: new Map([...value, ...stronger.value]),
    origin: `${stronger.origin}, ${variable.name}`,
  };
}

/** `service.name` among OTEL_RESOURCE_ATTRIBUTES names the agent where OTEL_SERVICE_NAME does not. */
function withAgentName(settings: ReadonlyMap<string, Setting>): ReadonlyMap<string, Setting> {
  const attributes = settings.get('resource.attributes');
  const name = attributes?.value instanceof Map ? attributes.value.get('service.name') : undefined;
  if (attributes === undefined || !name || settings.has('resource.serviceName')) return settings;
  const setting = { key: 'resource.serviceName', value: name, origin: attributes.origin };
  return new Map([...settings, [setting.key, setting]]);
}

/** An exporter list such as `otlp,prometheus` works in part; the rest should not vanish in silence. */
function findUnsupportedExporters(env: Environment): StandardSettings['warnings'] {
  const names = (env['OTEL_METRICS_EXPORTER'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  if (!names.includes('otlp') || names.every((name) => name === 'otlp')) return [];
  const text = 'OTEL_METRICS_EXPORTER is obeyed in part: otlp is used, and otlp and none are what is supported';
  return [{ key: 'push.exporter', text }];
}
