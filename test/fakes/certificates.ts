import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Certificates = {
  /** PEM files, in a folder of their own. */
  readonly ca: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
  readonly clientKey: string;
  readonly clientCertificate: string;
  remove(): Promise<void>;
};

/** An authority of our own, and what it signed for 127.0.0.1, localhost and a client. Made with openssl. */
export async function createCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-tls-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

  openssl('req', '-x509', ...newKey, '-subj', '/CN=test authority', '-keyout', file('ca.key'), '-out', file('ca.pem'));
  for (const name of ['server', 'client']) {
    const alternatives = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=CA:FALSE'];
    const written = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
    openssl('req', '-x509', ...newKey, ...signed, '-subj', `/CN=${name}`, '-addext', alternatives, ...written);
  }
  return {
    ca: file('ca.pem'),
    serverKey: file('server.key'),
    serverCertificate: file('server.pem'),
    clientKey: file('client.key'),
    clientCertificate: file('client.pem'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
