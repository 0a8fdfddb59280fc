import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { createStatusServer, type StatusServer, type StatusServerOptions } from '../../src/status/server.ts';
import { container, requestOf } from './pushes.ts';

const running: StatusServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(more: Partial<StatusServerOptions> = {}): Promise<string> {
  const server = createStatusServer({
    address: '127.0.0.1:0',
    intervalMs: 10_000,
    now: () => 1_000,
    log: pino({ level: 'silent' }),
    health: () => ({ startedAtMs: 0 }),
    receive: true,
    ...more,
  });
  running.push(server);
  return (await server.start()).url;
}

async function push(url: string, name: string): Promise<Response> {
  const body = Buffer.from(encodeMetricsRequest(requestOf(container(name))));
  return fetch(`${url}/v1/metrics`, { method: 'POST', body, headers: { 'Content-Type': 'application/x-protobuf' } });
}

/** What fetch does not let a caller set. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}

describe('the status server', () => {
  it('serves the page and its files with headers that let nothing else in', async () => {
    const url = await start();
    const page = await fetch(url);
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/[a-z]+\.[a-z]+)"/g)].map((match) => match[1]);
    expect(files).toContain('/page.js');
    for (const file of [...files, '/table.js', '/format.js']) expect((await fetch(url + file)).status).toBe(200);
    expect(html).not.toMatch(/https?:\/\//);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('shows what was pushed at /api/containers', async () => {
    const url = await start();
    expect((await push(url, 'web')).status).toBe(200);
    const state = await (await fetch(`${url}/api/containers`)).json();
    expect(state).toMatchObject({ receiving: true, intervalMs: 10_000, containers: [{ name: 'web', ageMs: 0 }] });
  });

  it('answers health and readiness', async () => {
    const facts = { startedAtMs: 0, lastCycleFinishedAtMs: undefined as number | undefined };
    let nowMs = 0;
    const health = () => ({
      startedAtMs: 0,
      ...(facts.lastCycleFinishedAtMs !== undefined && { lastCycleFinishedAtMs: facts.lastCycleFinishedAtMs }),
    });
    const url = await start({ health, now: () => nowMs });
    const statuses = async () => [(await fetch(`${url}/healthz`)).status, (await fetch(`${url}/readyz`)).status];
    expect(await statuses()).toEqual([200, 503]);
    facts.lastCycleFinishedAtMs = 5;
    expect(await statuses()).toEqual([200, 200]);
    nowMs = 30_006;
    expect(await statuses()).toEqual([503, 200]);
  });

  it('answers 404, 405 with what is allowed, and HEAD', async () => {
    const url = await start();
    expect((await fetch(`${url}/page/../../package.json`)).status).toBe(404);
    expect((await fetch(`${url}/%2e%2e/package.json`)).status).toBe(404);
    const got = await fetch(`${url}/v1/metrics`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/v1/metrics`, { method: 'OPTIONS' })).status).toBe(405);
  });

  it('takes no pushes, and says where they go, when it does not receive', async () => {
    const url = await start({ receive: false, pushTarget: 'https://collector.example:4318/v1/metrics' });
    expect((await push(url, 'web')).status).toBe(404);
    const state = await (await fetch(`${url}/api/containers`)).json();
    expect(state).toMatchObject({ receiving: false, pushTarget: 'https://collector.example:4318/v1/metrics' });
  });

  it('refuses on the loopback what was addressed to another name', async () => {
    const url = await start();
    expect(await statusWithHost(url, 'evil.test')).toBe(403);
    expect(await statusWithHost(url, 'localhost:9999')).toBe(200);
  });

  it('sends the state at once, after each push and in every heartbeat', async () => {
    const url = await start({ intervalMs: 300 });
    const response = await fetch(`${url}/events`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const readUntil = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += (await reader.read()).value ?? '';
      text = '';
    };
    await readUntil(/event: state\ndata: .*"containers":\[\]/);
    await push(url, 'web');
    await readUntil(/"name":"web"/);
    await readUntil(/event: state/);
    await reader.cancel();
  });

  it('lets only so many pages follow, and another one in when one has left', async () => {
    const url = await start({ maxEventClients: 1 });
    const first = await fetch(`${url}/events`);
    expect((await fetch(`${url}/events`)).status).toBe(503);
    await first.body?.cancel();
    await expect.poll(async () => statusOfEvents(url)).toBe(200);
  });

  it('ends a request that is not sent in time', async () => {
    const url = new URL(await start({ requestTimeoutMs: 200 }));
    const socket = connect(Number(url.port), '127.0.0.1');
    const type = 'Content-Type: application/x-protobuf';
    socket.write(`POST /v1/metrics HTTP/1.1\r\nHost: localhost\r\n${type}\r\nContent-Length: 100\r\n\r\nslow`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toContain('408 Request Timeout');
  });

  it('says which address is taken and what to set', async () => {
    const { host } = new URL(await start());
    await expect(start({ address: host })).rejects.toThrow(
      `cannot listen on ${host} for the status page: the address is in use; set status.address`,
    );
  });

  it('listens on IPv6', async () => {
    const url = await start({ address: '[::1]:0' });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('closes while a page follows it, and more than once', async () => {
    const url = await start();
    const response = await fetch(`${url}/events`);
    const server = running[0]!;
    await server.close();
    await server.close();
    await response.text();
    await expect(fetch(url)).rejects.toThrow();
  });
});

async function statusOfEvents(url: string): Promise<number> {
  const response = await fetch(`${url}/events`);
  await response.body?.cancel();
  return response.status;
}
