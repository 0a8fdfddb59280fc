import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const state: Section<Config['state']> = {
  doc: 'What the agent has to know after a restart, so that its counters go on where they were.',
  properties: {
    directory: {
      doc: 'Directory of the state file, of this agent alone; empty means /var/lib/plimsoll where it can be written, else plimsoll in $XDG_STATE_HOME or ~/.local/state. Read at the start only.',
      format: 'absolute-path',
      default: '',
    },
  },
};
