import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const network: Section<Config['network']> = {
  doc: 'Which network interfaces are measured.',
  properties: {
    loopback: {
      doc: 'Whether the loopback interface of a container is measured.',
      format: 'flag',
      default: false,
    },
  },
};
