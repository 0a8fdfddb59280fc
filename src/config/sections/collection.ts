import type { Config } from '../config.ts';
import type { Flattened, Section } from '../property.ts';

export const collection: Section<Flattened<Config['collection']>> = {
  doc: 'When the containers are read.',
  properties: {
    intervalMs: {
      doc: 'Milliseconds between the starts of two cycles.',
      format: 'whole-number',
      default: 10_000,
      min: 100,
      max: 86_400_000,
    },
    timeoutMs: {
      doc: 'Milliseconds that one cycle may take from its first reading until its batches are handed over; never more than the interval.',
      format: 'whole-number',
      default: 10_000,
      min: 10,
      max: 86_400_000,
    },
    selfIntervalMs: {
      doc: 'Milliseconds between two collections of the agent’s own metrics, which go along with the next cycle; never less than intervalMs.',
      format: 'whole-number',
      default: 60_000,
      min: 100,
      max: 86_400_000,
    },
    'thinning.enabled': {
      doc: 'Whether, while reading takes over a tenth of the interval, the dearest families of metrics are left out one after the other (docs/adr/0022), as plimsoll.thinned says.',
      format: 'flag',
      default: true,
    },
  },
};
