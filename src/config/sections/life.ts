import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const life: Section<Config['life']> = {
  doc: 'Containers that do not run.',
  properties: {
    stoppedRetentionSeconds: {
      doc: 'Seconds for which the state and exit code of a container are told after its end, or after its creation where it was not started; 0 means not at all.',
      format: 'whole-number',
      default: 300,
      min: 0,
      max: 604_800,
    },
  },
};
