import type { Destination } from '../config.ts';
import type { NamedSectionsProperty, Section } from '../property.ts';

/** What is said of one place where values are pushed to, in `push` and in each of `push.destinations`. */
export const destination: Section<Destination>['properties'] = {
  endpoint: {
    doc: 'URL of the OTLP/HTTP metrics endpoint; a URL without a path gets /v1/metrics.',
    format: 'endpoint-url',
    default: '',
  },
  headers: {
    doc: 'HTTP headers of every request, as NAME: VALUE; their values are shown nowhere.',
    format: 'http-headers',
    default: {},
    sensitive: true,
  },
  headersFile: {
    doc: 'File with more headers, one NAME: VALUE on each line, for secrets; read again when it changes.',
    format: 'text',
    default: '',
  },
  timeoutMs: {
    doc: 'Milliseconds that sending one batch may take.',
    format: 'whole-number',
    default: 10_000,
    min: 100,
    max: 3_600_000,
  },
  certificateFile: {
    doc: "PEM file with the certificates that the endpoint's certificate is checked against; empty means those of the system.",
    format: 'text',
    default: '',
  },
  clientKeyFile: {
    doc: "PEM file with the agent's private key, for endpoints that ask for a client certificate.",
    format: 'text',
    default: '',
  },
  clientCertificateFile: {
    doc: "PEM file with the agent's certificate, for endpoints that ask for a client certificate.",
    format: 'text',
    default: '',
  },
};

export const destinations: NamedSectionsProperty<Destination> = {
  doc: 'Further endpoints by names of your choice: each gets the same requests at its own pace, whatever becomes of the others.',
  format: 'named-sections',
  default: {},
  entry: destination,
  required: 'endpoint',
  reserved: { name: 'default', key: 'push.endpoint' },
  example: ['backup:', '  endpoint: https://backup.example/v1/metrics', '  headersFile: /etc/plimsoll/backup-headers'],
};
