import { isIP, isIPv6 } from 'node:net';

export type ListenAddress = { readonly host: string; readonly port: number };

/**
 * Reads `host:port` with a name, an IPv4 address or an IPv6 address in brackets. Port 0 lets the system choose.
 * Throws an Error that says what is allowed.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]*)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text.trim());
  const bracketed = match?.[1];
  const host = bracketed ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new Error(
      `cannot listen on "${text}": not host:port; set status.address to for example 127.0.0.1:4320 or [::1]:4320`,
    );
  }
  return { host, port };
}

/** Whether only this machine can reach a listener on the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The URL by which this machine reaches a listener, without a slash at the end. */
export function localUrl({ host, port }: ListenAddress): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/**
 * Whether a Host header names the loopback, with whatever port (it differs behind `ssh -L`). A web page that had its own
 * name re-bound to 127.0.0.1 sends that name and is told apart by it. No header at all is a program, not a browser.
 */
export function namesLoopback(hostHeader: string | undefined): boolean {
  if (hostHeader === undefined) return true;
  const host = hostHeader.toLowerCase().replace(/:\d*$/, '');
  return isLoopback(host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);
}
