import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

const MEBIBYTE = 1_048_576;

export const outbox: Section<Config['outbox']> = {
  doc: 'Where values wait that cannot be sent at once.',
  properties: {
    directory: {
      doc: 'Directory for what waits, of this agent alone; empty means /var/lib/plimsoll where it can be written, else plimsoll in $XDG_STATE_HOME or ~/.local/state. Where none can be written, it waits in memory.',
      format: 'absolute-path',
      default: '',
    },
    maxBytes: {
      doc: 'Bytes that may wait, compressed, for all destinations together; beyond that the oldest are dropped and counted.',
      format: 'whole-number',
      default: 512 * MEBIBYTE,
      min: MEBIBYTE,
      max: 1_048_576 * MEBIBYTE,
    },
    maxAgeSeconds: {
      doc: 'Seconds that values may wait; older ones are dropped and counted.',
      format: 'whole-number',
      default: 86_400,
      min: 60,
      max: 31_536_000,
    },
    maxMemoryBytes: {
      doc: 'Bytes that may wait in memory, for all destinations together, where the directory cannot be written.',
      format: 'whole-number',
      default: 64 * MEBIBYTE,
      min: MEBIBYTE,
      max: 16_384 * MEBIBYTE,
    },
  },
};
