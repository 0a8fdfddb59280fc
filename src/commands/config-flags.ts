import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Setting } from '../config/setting.ts';

/** The flags that stand for one key of the configuration, for what is typed most; --set reaches every other key. */
const KEY_FLAGS = [
  {
    flag: '--endpoint',
    argument: 'URL',
    key: 'push.endpoint',
    doc: 'OTLP/HTTP endpoint; none: receiver inside the agent',
  },
  { flag: '--interval-ms', argument: 'MS', key: 'collection.intervalMs', doc: 'milliseconds between two cycles' },
  { flag: '--docker-host', argument: 'ADDRESS', key: 'docker.host', doc: "address of the container engine's API" },
  { flag: '--host-root', argument: 'PATH', key: 'host.root', doc: "where the host's root is mounted" },
  { flag: '--log-level', argument: 'LEVEL', key: 'log.level', doc: 'trace, debug, info, warn, error or silent' },
  { flag: '--log-format', argument: 'FORMAT', key: 'log.format', doc: 'auto, json or pretty' },
  {
    flag: '--status-address',
    argument: 'HOST:PORT',
    key: 'status.address',
    doc: 'where the page and health checks are',
  },
] as const;

/** What commander hands over for the options of addConfigOptions. */
export type ConfigOptions = {
  readonly config?: string;
  readonly set?: readonly Setting[];
  readonly [name: string]: unknown;
};

/** Adds --config, --set and the flags of single keys to a command. */
export function addConfigOptions(command: Command): Command {
  command.option('-c, --config <FILE>', 'YAML file with the configuration');
  for (const { flag, argument, doc } of KEY_FLAGS) command.option(`${flag} <${argument}>`, doc);
  const set = new Option('--set <KEY=VALUE>', 'sets any key, e.g. push.compression=none; repeatable');
  return command.addOption(set.argParser(collectSetting));
}

/** The values of the flags, in the order in which they count: --set last, since it names its key in full. */
export function settingsOf(options: ConfigOptions): readonly Setting[] {
  const flags = KEY_FLAGS.flatMap(({ flag, key }) => {
    const value = options[attributeName(flag)];
    return value === undefined ? [] : [{ key, value, origin: flag }];
  });
  return [...flags, ...(options.set ?? [])];
}

function attributeName(flag: string): string {
  return new Option(flag).attributeName();
}

function collectSetting(text: string, before: readonly Setting[] | undefined): readonly Setting[] {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('It must be KEY=VALUE.');
  const setting = { key: text.slice(0, separator), value: text.slice(separator + 1), origin: '--set' };
  return [...(before ?? []), setting];
}
