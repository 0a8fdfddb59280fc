import { LIMITS } from '../../limits.ts';
import { field, text } from './json.ts';

export type Failure = {
  /** Stable: a system error's code, `HTTP_<status>`, `GARBAGE`, or `UNKNOWN`. */
  readonly code: string;
  /** The request reached the engine, and it is this one request that it refused. */
  readonly httpStatus?: number;
  readonly message: string;
};

const MAX_MESSAGE_LENGTH = LIMITS.engineMessage.max;
const UNIX = 'unix://';

/** Reads whatever a request was rejected with. */
export function failureOf(error: unknown): Failure {
  const httpStatus = field(error, 'statusCode');
  const message = shorten(error instanceof Error ? error.message : String(error));
  if (typeof httpStatus === 'number') return { code: `HTTP_${httpStatus}`, httpStatus, message };
  return { code: text(field(error, 'code')) ?? 'UNKNOWN', message };
}

/**
 * Says to a person why the engine at `label` cannot be asked, and what to do about it.
 */
export function explainFailure(failure: Failure, label: string): string {
  const known = label.startsWith(UNIX) ? explainSocket(failure, label.slice(UNIX.length)) : explainTcp(failure, label);
  return known ?? explainAnswer(failure, label);
}

function explainSocket({ code, message }: Failure, path: string): string | undefined {
  // The same codes come from reading files; only those of connecting speak of the socket.
  if (!message.startsWith('connect ')) return undefined;
  switch (code) {
    case 'ENOENT':
      return `no Docker socket at ${path}: is Docker running? Start it, or set docker.host to where the engine listens`;
    case 'EACCES':
    case 'EPERM':
      return (
        `${path}: permission denied: add the agent's user to the group docker ` +
        '("usermod -aG docker USER", then start the agent anew), or run the agent as root'
      );
    case 'ECONNREFUSED':
      return `nothing listens at ${path}: is Docker running? Start it, or set docker.host to where the engine listens`;
    default:
      return undefined;
  }
}

function explainTcp({ code, message }: Failure, label: string): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${label}: is Docker running there, with this port? See docker.host`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${label} is not known: correct docker.host`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no way to ${label} (${code}): check the network and docker.host`;
    default:
      return /CERT|TLS|SSL|SIGNATURE|EPROTO|ISSUER/.test(code)
        ? `no secure connection to ${label} (${message}): check docker.certPath and docker.tlsVerify`
        : undefined;
  }
}

function explainAnswer({ code, httpStatus, message }: Failure, label: string): string {
  if (code === 'ETIMEDOUT') {
    return `${label}: ${message}: the engine is overloaded or hangs; docker.timeoutMs sets the limit`;
  }
  if (code === 'GARBAGE' || code.startsWith('HPE_')) {
    return `${label} does not answer like a container engine (${message}): check docker.host`;
  }
  if (httpStatus === 401 || httpStatus === 403) {
    return `${label} refuses the request (${message}): allow GET on /version, /containers and /events for the agent`;
  }
  if (httpStatus !== undefined) return `${label} answered with an error: ${message}: see the engine's log`;
  return `cannot ask ${label}: ${message}`;
}

/** One line of bounded length: parts of the text come from the other side. */
function shorten(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}…` : line;
}
