import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { readServiceManager } from '../config/notify-environment.ts';
import type { createLogger } from '../log.ts';
import { loadFor } from './config.ts';
import { addConfigOptions, type ConfigOptions } from './config-flags.ts';
import { type CommandContext, STATUS_FAILED } from './context.ts';

/** The logger is loaded only by the commands that need it. */
type CreateLogger = typeof createLogger;

type OnceOptions = ConfigOptions & {
  readonly format: 'table' | 'otlp';
  readonly container?: readonly string[];
};

/** Adds `run`, the command that is meant where none is named. `end` takes the exit status. */
export function addRunCommand(program: Command, context: CommandContext, end: (status: number) => void): void {
  addConfigOptions(program.command('run', { isDefault: true }))
    .description('measure and push until a signal ends it (what "plimsoll" alone does)')
    .addHelpText('after', '\nExample:\n  $ plimsoll run --endpoint http://collector:4318')
    .action(async (options: ConfigOptions) => {
      if (!isLinux(context)) return end(STATUS_FAILED);
      // Problems are told before anything is loaded or started; the agent loads anew, as it does on SIGHUP.
      loadFor(context, options);
      const [{ runAgent }, { createLogger }] = await Promise.all([import('../agent.ts'), import('../log.ts')]);
      const serviceManager = readServiceManager(context.env, process.pid);
      end(await runAgent({ loadConfig: () => loadLogged(context, options, createLogger), serviceManager }));
    });
}

/** Adds `once`. */
export function addOnceCommand(program: Command, context: CommandContext, end: (status: number) => void): void {
  addConfigOptions(program.command('once'))
    .description('measure once, print the values and end')
    .addOption(new Option('--format <FORMAT>', 'how to print').choices(['table', 'otlp']).default('table'))
    .option('--container <NAME_OR_ID>', 'only this container; repeatable', collectText)
    .addHelpText('after', '\nExample:\n  $ plimsoll once --format otlp --container web')
    .action(async (options: OnceOptions) => {
      if (!isLinux(context)) return end(STATUS_FAILED);
      const { createLogger } = await import('../log.ts');
      const config = loadLogged(context, options, createLogger);
      const { runOnce } = await import('./once.ts');
      end(await runOnce({ config, format: options.format, containers: options.container ?? [] }));
    });
}

/** Loads the configuration and logs its warnings, in the form that it asks for itself. */
function loadLogged(context: CommandContext, options: ConfigOptions, createLogger: CreateLogger): Config {
  const { config, warnings } = loadFor(context, options);
  if (warnings.length > 0) {
    const log = createLogger(config.log);
    for (const warning of warnings) log.warn(warning);
  }
  return config;
}

function isLinux(context: CommandContext): boolean {
  if (context.platform === 'linux') return true;
  context.writeError(
    `plimsoll measures through Linux's procfs and cgroups, and this is ${context.platform}: ` +
      'run it on the Linux host or in the Linux virtual machine that runs the containers\n',
  );
  return false;
}

function collectText(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
