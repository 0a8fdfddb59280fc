import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../config/problem.ts';
import { findNearest } from '../config/suggestion.ts';
import { VERSION } from '../version.ts';
import { addConfigCommand } from './config.ts';
import { type CommandContext, STATUS_FAILED, STATUS_WRONG_USE } from './context.ts';
import { addMetricsCommand } from './metrics.ts';
import { addOnceCommand, addRunCommand } from './run.ts';

const HELP = `
Examples:
  $ plimsoll                                        measure, and show a page on http://127.0.0.1:4320/
  $ plimsoll --endpoint http://collector:4318       measure and push to a Collector
  $ plimsoll once                                   measure once and print a table

"plimsoll COMMAND --help" tells more. Exit status: 0 done, 1 failed, 2 wrong use or wrong
configuration, 70 the agent came to a point from where it cannot go on and should be started anew.`;

/** Does what the arguments (without the program's own name) ask for; resolves with the exit status and never rejects. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  let status = 0;
  const program = createProgram(context, (ended) => {
    status = ended;
  });
  try {
    refuseUnknownCommand(program, args);
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    return describeFailure(error, context);
  }
}

function createProgram(context: CommandContext, end: (status: number) => void): Command {
  const program = new Command('plimsoll')
    .description('Tells over OpenTelemetry how loaded every container of this host is.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: context.writeOutput, writeErr: context.writeError })
    .showHelpAfterError('(--help tells what there is)')
    .addHelpText('after', HELP);
  addRunCommand(program, context, end);
  addOnceCommand(program, context, end);
  addConfigCommand(program, context);
  addMetricsCommand(program, context);
  return program;
}

/** Without this, a misspelt command would be reported as an argument too many of the default one. */
function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  const [first] = args;
  const known = [...program.commands.map((command) => command.name()), 'help'];
  if (first === undefined || first.startsWith('-') || known.includes(first)) return;
  const nearest = findNearest(first, known);
  const suggestion = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
  program.error(`error: unknown command '${first}'; ${suggestion}`, { exitCode: STATUS_WRONG_USE });
}

function describeFailure(error: unknown, context: CommandContext): number {
  // Help and version end as errors of status 0; commander has written the message of each.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS_WRONG_USE;
  const message = error instanceof Error ? error.message : String(error);
  context.writeError(`plimsoll: ${message}\n`);
  return error instanceof ConfigurationError ? STATUS_WRONG_USE : STATUS_FAILED;
}
