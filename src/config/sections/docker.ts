import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const docker: Section<Config['docker']> = {
  doc: "The container engine's API (Docker, or Podman's equal).",
  properties: {
    host: {
      doc: 'Address of the API, unix:///PATH or tcp://HOST:PORT or http(s)://HOST:PORT; empty means unix:///var/run/docker.sock.',
      format: 'docker-host',
      default: '',
    },
    tlsVerify: {
      doc: "Whether a TCP connection to the engine uses TLS and checks the engine's certificate.",
      format: 'flag',
      default: false,
    },
    certPath: {
      doc: 'Folder with ca.pem, cert.pem and key.pem for TLS to the engine.',
      format: 'text',
      default: '',
    },
    timeoutMs: {
      doc: 'Milliseconds to wait for one answer of the engine.',
      format: 'whole-number',
      default: 5_000,
      min: 100,
      max: 300_000,
    },
    relistIntervalMs: {
      doc: 'Milliseconds between two full lists; in between, the events of the engine tell what changed.',
      format: 'whole-number',
      default: 300_000,
      min: 1_000,
      max: 86_400_000,
    },
  },
};
