import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type DockerHostOptions = {
  /** `unix:///path`, `tcp://host:port`, `http(s)://host:port`; empty: the default socket. */
  readonly host: string;
  readonly tlsVerify: boolean;
  /** Folder of ca.pem, cert.pem and key.pem; empty: `~/.docker`, as Docker's own command line has it. */
  readonly certPath: string;
};

export type DockerEndpoint = { readonly label: string } & (
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly protocol: 'http' | 'https'; readonly hostname: string; readonly port: number }
);

export type TlsFiles = { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };

/** Longer than a path of a socket or a name of a host can be. */
const LONGEST_HOST = 1_024;
const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;
const FORMS = 'unix:///path/to/docker.sock, tcp://host:port, http://host:port or https://host:port';

/**
 * Reads `docker.host`. Throws where it names nothing that can be asked; the text says which forms can.
 * `tcp://` speaks TLS where `tlsVerify` is set, `https://` always; the server's certificate is always checked.
 */
export function parseDockerHost(options: DockerHostOptions): DockerEndpoint {
  const host = options.host === '' ? DEFAULT_HOST : options.host;
  if (host.length > LONGEST_HOST) {
    throw new Error(`cannot use docker.host: it is longer than an address can be (${LONGEST_HOST} characters)`);
  }
  if (host.startsWith('unix://')) {
    const socketPath = host.slice('unix://'.length);
    if (!socketPath.startsWith('/')) throw new Error(`cannot use docker.host ${host}: the path must start with /`);
    return { kind: 'unix', label: host, socketPath };
  }
  const url = URL.parse(host);
  if (url?.protocol === 'ssh:') {
    throw new Error(
      `cannot use docker.host ssh://${url.host}: ssh is not supported; forward the socket with ` +
        `"ssh -nNT -L /run/plimsoll/docker.sock:/var/run/docker.sock ${url.host}" and set ` +
        'docker.host to unix:///run/plimsoll/docker.sock',
    );
  }
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new Error(
      `cannot use docker.host ${url === null ? JSON.stringify(host) : url.protocol}: allowed are ${FORMS}`,
    );
  }
  if (!['', '/'].includes(url.pathname)) {
    throw new Error(`cannot use docker.host with the path ${url.pathname}: only host and port can be given`);
  }
  const protocol = url.protocol === 'https:' || (url.protocol === 'tcp:' && options.tlsVerify) ? 'https' : 'http';
  const port = url.port === '' ? defaultPort(url.protocol, protocol) : Number(url.port);
  // Made of its parts, so that no user name or password gets into a log.
  return { kind: 'tcp', label: `${url.protocol}//${url.hostname}:${port}`, protocol, hostname: url.hostname, port };
}

function defaultPort(scheme: string, protocol: 'http' | 'https'): number {
  if (scheme === 'http:') return 80;
  if (scheme === 'https:') return 443;
  return protocol === 'https' ? TLS_PORT : PLAIN_PORT;
}

/**
 * Reads the certificates of a TLS endpoint, each time anew, since they may be renewed. In the default folder every
 * file may be missing; a folder that was named must hold at least one, and cert.pem and key.pem come together.
 */
export async function readTlsFiles(certPath: string): Promise<TlsFiles> {
  const folder = certPath === '' ? join(homedir(), '.docker') : certPath;
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfPresent(join(folder, name))),
  );
  if (certPath !== '' && ca === undefined && cert === undefined && key === undefined) {
    throw new Error(`cannot use TLS: no ca.pem, cert.pem or key.pem in docker.certPath ${folder}`);
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error(`cannot use TLS: ${folder} has ${cert ? 'cert.pem without key.pem' : 'key.pem without cert.pem'}`);
  }
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path}`, { cause: error });
  }
}
