import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const log: Section<Config['log']> = {
  doc: 'What the agent writes to standard error.',
  properties: {
    level: {
      doc: 'Least severity that is written.',
      format: 'choice',
      choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
    },
    format: {
      doc: 'Lines for people (pretty), one JSON object a line (json), or (auto) pretty on a terminal and JSON elsewhere.',
      format: 'choice',
      choices: ['auto', 'json', 'pretty'],
      default: 'auto',
    },
  },
};
