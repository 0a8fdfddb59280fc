import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const status: Section<Config['status']> = {
  doc: "The agent's own page, health checks and embedded receiver.",
  properties: {
    enabled: {
      doc: 'Whether the page and the health checks are served.',
      format: 'flag',
      default: true,
    },
    address: {
      doc: 'Where they are served, as HOST:PORT; port 0 lets the system choose.',
      format: 'socket-address',
      default: '127.0.0.1:4320',
    },
  },
};
