import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const shutdown: Section<Config['shutdown']> = {
  doc: 'How the agent ends.',
  properties: {
    timeoutMs: {
      doc: 'Milliseconds that the last cycle and the flush may take after SIGTERM or SIGINT.',
      format: 'whole-number',
      default: 5_000,
      min: 0,
      max: 300_000,
    },
  },
};
