import type { Config } from '../config.ts';
import type { Section } from '../property.ts';
import { destination, destinations } from './destination.ts';

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
      ...destination.endpoint,
      doc: 'URL of the OTLP/HTTP metrics endpoint; a URL without a path gets /v1/metrics; empty means the receiver inside the agent, or nothing but push.destinations where there are some.',
    },
    protocol: {
      doc: 'Encoding of the requests.',
      format: 'choice',
      choices: ['http/protobuf', 'http/json'],
      default: 'http/protobuf',
      refusals: { grpc: 'gRPC is not spoken here: use http/protobuf, port 4318' },
    },
    headers: destination.headers,
    headersFile: destination.headersFile,
    timeoutMs: destination.timeoutMs,
    compression: {
      doc: 'Compression of the requests.',
      format: 'choice',
      choices: ['gzip', 'none'],
      default: 'gzip',
    },
    certificateFile: destination.certificateFile,
    clientKeyFile: destination.clientKeyFile,
    clientCertificateFile: destination.clientCertificateFile,
    destinations,
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
