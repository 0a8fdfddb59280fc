import { type Command, Option } from 'commander';
import type { MetricDefinition } from '../instruments/definition.ts';
import type { CommandContext } from './context.ts';

/** Adds `metrics`, the catalogue. */
export function addMetricsCommand(program: Command, context: CommandContext): void {
  program
    .command('metrics')
    .description('list every metric that Plimsoll knows')
    .addOption(new Option('--format <FORMAT>', 'how to print').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  $ plimsoll metrics --format json')
    .action(async (options: { readonly format: 'table' | 'json' }) => {
      const { METRIC_DEFINITIONS } = await import('../instruments/definitions.ts');
      const text =
        options.format === 'json'
          ? `${JSON.stringify(METRIC_DEFINITIONS, null, 2)}\n`
          : await formatCatalogue(METRIC_DEFINITIONS);
      context.writeOutput(text);
    });
}

async function formatCatalogue(definitions: readonly MetricDefinition[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['metric', 'instrument', 'unit', 'attributes', 'default', 'description'],
    // No colours: the table is also read through pipes, and everything in it is words.
    style: { head: [], border: [], compact: true, 'padding-left': 0 },
    chars: PLAIN_LINES,
  });
  for (const { name, kind, valueType, unit, attributes, enabledByDefault, description } of definitions) {
    table.push([
      name,
      `${kind}, ${valueType}`,
      unit,
      attributes.map((attribute) => attribute.name).join(', '),
      enabledByDefault ? 'on' : 'off',
      description,
    ]);
  }
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Columns apart by blanks only, so that grep, cut and awk see one metric a line. */
const PLAIN_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};
