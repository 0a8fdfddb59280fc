import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from './cache.ts';

type Mount = { readonly source: string; readonly target: string; readonly read_only?: boolean };

/** What of a service in a Compose file is about rights and mounts. */
type Service = {
  readonly pid?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly mem_limit?: string;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly group_add?: readonly string[];
  readonly volumes?: readonly (string | Mount)[];
  readonly environment?: Readonly<Record<string, string>>;
};

/**
 * The flags of `docker run` that give a container the rights and mounts of a service in deploy/compose.yaml, so that what
 * is tested is what is shipped. `variables` stand for those that the file takes from the environment.
 */
export function composeFlags(name: string, variables: Readonly<Record<string, string>>): string[] {
  const text = readFileSync(join(REPOSITORY, 'deploy/compose.yaml'), 'utf8');
  const service: Service = parse(text).services[name];
  const filled = (value: string): string =>
    value.replace(/\$\{(\w+)[^}]*\}/g, (_, variable) => variables[variable] ?? '');
  const flags = (flag: string, values: readonly string[] = []): string[] =>
    values.flatMap((value) => [flag, filled(value)]);
  return [
    ...flags('--pid', some(service.pid)),
    ...flags('--user', some(service.user)),
    ...flags('--memory', some(service.mem_limit)),
    ...(service.read_only ? ['--read-only'] : []),
    ...flags('--cap-drop', service.cap_drop),
    ...flags('--cap-add', service.cap_add),
    ...flags('--security-opt', service.security_opt),
    ...flags('--group-add', service.group_add),
    ...flags('--volume', service.volumes?.filter((volume) => typeof volume === 'string').map(withoutName)),
    ...flags('--mount', service.volumes?.filter((volume) => typeof volume !== 'string').flatMap(mountText)),
    ...Object.entries(service.environment ?? {}).flatMap(([key, value]) => ['--env', `${key}=${filled(value)}`]),
  ];
}

function some(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

/** A volume of the container's own in place of one with a name, which would outlive the test. */
function withoutName(volume: string): string {
  return volume.startsWith('/') ? volume : volume.replace(/^[^:]*:/, '');
}

/** Nothing where this machine lacks the file. */
function mountText({ source, target, read_only }: Mount): string[] {
  return existsSync(source) ? [`type=bind,source=${source},target=${target}${read_only ? ',readonly' : ''}`] : [];
}
