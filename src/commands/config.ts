import type { Command } from 'commander';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { printConfig } from '../config/print.ts';
import { addConfigOptions, type ConfigOptions, settingsOf } from './config-flags.ts';
import type { CommandContext } from './context.ts';

/** Loads what the options and the environment say; throws ConfigurationError with every problem. */
export function loadFor(context: CommandContext, options: ConfigOptions, file?: string): LoadedConfig {
  return loadConfig({
    env: context.env,
    flags: settingsOf(options),
    file: file ?? options.config,
    readFile: context.readFile,
  });
}

/** Adds `config check` and `config print`. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const config = program
    .command('config')
    .description('check or print the configuration')
    .addHelpText('after', '\nExample:\n  $ plimsoll config check plimsoll.yaml');

  addConfigOptions(config.command('check'))
    .argument('[FILE]', 'YAML file, as with --config')
    .description('say whether the configuration is right, or everything that is wrong with it')
    .addHelpText('after', '\nExample:\n  $ plimsoll config check /etc/plimsoll/plimsoll.yaml')
    .action((file: string | undefined, options: ConfigOptions) => {
      const loaded = loadFor(context, options, file);
      writeWarnings(context, loaded);
      context.writeOutput(`ok: ${loaded.files.join(', ') || 'no file; defaults, environment and flags'}\n`);
    });

  addConfigOptions(config.command('print'))
    .argument('[FILE]', 'YAML file, as with --config')
    .description('print the effective configuration and who set what; secrets are masked')
    .addHelpText('after', '\nExample:\n  $ plimsoll config print --set push.compression=none')
    .action((file: string | undefined, options: ConfigOptions) => {
      const loaded = loadFor(context, options, file);
      writeWarnings(context, loaded);
      context.writeOutput(printConfig(loaded));
    });
}

function writeWarnings(context: CommandContext, { warnings }: LoadedConfig): void {
  for (const warning of warnings) context.writeError(`warning: ${warning}\n`);
}
