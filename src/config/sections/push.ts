import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

const MEBIBYTE = 1_048_576;

export const push: Section<Config['push']> = {
  doc: 'Where and how the values are sent.',
  properties: {
    exporter: {
      doc: 'Whether values are sent: otlp, or none.',
      format: 'choice',
      choices: ['otlp', 'none'],
      default: 'otlp',
    },
    endpoint: {
      doc: 'URL of the OTLP/HTTP metrics endpoint; a URL without a path gets /v1/metrics; empty means the receiver inside the agent.',
      format: 'endpoint-url',
      default: '',
    },
    protocol: {
      doc: 'Encoding of the requests.',
      format: 'choice',
      choices: ['http/protobuf', 'http/json'],
      default: 'http/protobuf',
      refusals: { grpc: 'gRPC is not spoken here: use http/protobuf, port 4318' },
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
    compression: {
      doc: 'Compression of the requests.',
      format: 'choice',
      choices: ['gzip', 'none'],
      default: 'gzip',
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
    temporality: {
      doc: 'Whether sums are sent as totals (cumulative) or differences (delta); lowmemory means differences for synchronous counters and histograms only.',
      format: 'choice',
      choices: ['cumulative', 'delta', 'lowmemory'],
      default: 'cumulative',
    },
    maxRequestBytes: {
      doc: 'Bytes of one request before compression; more is split over several requests.',
      format: 'whole-number',
      default: 4 * MEBIBYTE,
      min: 64 * 1024,
      max: 64 * MEBIBYTE,
    },
  },
};
