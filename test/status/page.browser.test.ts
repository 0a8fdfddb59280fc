import { pino } from 'pino';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { encodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { createStatusServer, type StatusServer } from '../../src/status/server.ts';
import { launchChromium } from '../chromium.ts';
import { describeWith } from '../parts.ts';
import { container, type Push, requestOf } from './pushes.ts';

const INTERVAL_MS = 1_000;
const TEST_TIMEOUT_MS = 30_000;
const HTML_NAME = '<img src=x onerror=alert(1)>';

describeWith(['chromium'], 'the page in a real Chromium', () => {
  let closeBrowser: () => Promise<void>;
  let browser: BrowserContext;
  let page: Page;
  let server: StatusServer;
  let url: string;
  let requested: string[];
  let dialogs: string[];
  let problems: string[];

  beforeAll(async () => {
    ({ browser, close: closeBrowser } = await launchChromium());
  }, TEST_TIMEOUT_MS);

  afterAll(async () => {
    await closeBrowser?.();
  });

  beforeEach(async () => {
    [requested, dialogs, problems] = [[], [], []];
    url = await startServer({ receive: true });
    page = await browser.newPage();
    page.on('request', (request) => requested.push(request.url()));
    page.on('dialog', async (dialog) => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    // Chromium reports what the content security policy stopped as a console error.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('ERR_')) problems.push(message.text());
    });
  });

  afterEach(async () => {
    await page.close();
    await server.close();
    expect(requested.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
    expect(problems).toEqual([]);
  });

  async function startServer(more: { receive: boolean; address?: string; pushTarget?: string }): Promise<string> {
    server = createStatusServer({
      address: '127.0.0.1:0',
      intervalMs: INTERVAL_MS,
      now: () => performance.now(),
      log: pino({ level: 'silent' }),
      health: () => ({ startedAtMs: 0 }),
      ...more,
    });
    return (await server.start()).url;
  }

  async function push(...pushes: readonly Push[]): Promise<void> {
    const body = Buffer.from(encodeMetricsRequest(requestOf(...pushes)));
    const headers = { 'Content-Type': 'application/x-protobuf' };
    const response = await fetch(`${url}/v1/metrics`, { method: 'POST', body, headers });
    expect(response.status).toBe(200);
  }

  /** Cells by the name that a person reads first. */
  const row = (name: string) => page.locator('tbody tr', { hasText: name });
  const names = () => page.locator('tbody th > span').allTextContents();
  const busy = (name: string, timeMs: number, cores: number): Push =>
    container(name, {
      timeMs,
      metrics: {
        'container.cpu.usage': { user: cores },
        'container.memory.working_set': 50 * 1024 * 1024,
        'container.memory.limit': 100 * 1024 * 1024,
        'container.network.io': { 'eth0 receive': timeMs, 'eth0 transmit': 0 },
        'container.process.count': { running: 1, sleeping: 2 },
        'container.status': { running: 1, exited: 0 },
        'container.uptime': 3_725,
      },
    });

  it(
    'shows names and changing numbers, a container that appears, and none that has ended',
    async () => {
      await page.goto(url);
      await expect.poll(() => page.getByText('No containers yet').isVisible()).toBe(true);
      expect(await page.locator('table').isVisible()).toBe(false);

      await push(busy('web', 1_000, 0.5));
      await expect.poll(() => row('web').textContent()).toContain('0.50');
      const text = (await row('web').allInnerTexts()).join(' ');
      for (const part of ['running', '50.0 MiB', 'of 100 MiB', '1 h 2 min', '3']) expect(text).toContain(part);

      await push(busy('web', 2_000, 0.75), busy('queue', 2_000, 0.1));
      await expect.poll(() => row('web').textContent()).toContain('0.75');
      expect(await row('web').textContent()).toContain('1.0 KiB/s');
      expect(await names()).toEqual(['web', 'queue']);

      await push({ ...busy('web', 3_000, 0), ended: true }, busy('queue', 3_000, 0.2));
      await expect.poll(names).toEqual(['queue']);
      expect(requested.length).toBeGreaterThan(3);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'leaves a container that is named as HTML as text',
    async () => {
      await page.goto(url);
      const html = { 'container.id': HTML_NAME, 'container.name': HTML_NAME, 'container.image.name': HTML_NAME };
      await push(container('x', { resource: html, timeMs: 1 }));
      await expect.poll(names).toEqual([HTML_NAME]);
      expect(await page.locator('tbody img').count()).toBe(0);
      expect(dialogs).toEqual([]);
      expect(requested.filter((address) => address.endsWith('/x'))).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'sorts by CPU, and by the column that is clicked',
    async () => {
      await push(busy('alpha', 1, 0.1), busy('beta', 1, 2), busy('gamma', 1, 1));
      await page.goto(url);
      await expect.poll(names).toEqual(['beta', 'gamma', 'alpha']);
      const header = page.locator('th[data-column="name"]');
      await header.getByRole('button').click();
      expect(await names()).toEqual(['alpha', 'beta', 'gamma']);
      expect(await header.getAttribute('aria-sort')).toBe('ascending');
      await header.getByRole('button').press('Enter');
      expect(await names()).toEqual(['gamma', 'beta', 'alpha']);
      expect(await page.locator('th[aria-sort]').count()).toBe(1);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'says when the connection is lost, and comes back by itself',
    async () => {
      await push(busy('web', 1, 1));
      await page.goto(url);
      const connection = page.locator('#connection');
      await expect.poll(() => connection.textContent()).toMatch(/^Updated \d+ s ago$/);
      await server.close();
      await expect.poll(() => connection.textContent(), { timeout: 5_000 }).toMatch(/^Connection lost/);
      await startServer({ receive: true, address: new URL(url).host });
      await push(busy('again', 1, 1));
      await expect.poll(names, { timeout: 10_000 }).toEqual(['again']);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'fits into 400 pixels',
    async () => {
      await page.setViewportSize({ width: 400, height: 800 });
      await push(busy('a-container-with-quite-a-long-name-of-the-kind-that-compose-makes-1', 1, 1));
      await page.goto(url);
      await expect.poll(names).toHaveLength(1);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'says where metrics are pushed when it does not receive them',
    async () => {
      await server.close();
      url = await startServer({ receive: false, pushTarget: 'https://collector.example:4318' });
      await page.goto(url);
      await expect.poll(() => page.locator('#elsewhere').isVisible()).toBe(true);
      expect(await page.locator('#elsewhere').textContent()).toContain('pushes to https://collector.example:4318');
      expect(await page.locator('table').isVisible()).toBe(false);
    },
    TEST_TIMEOUT_MS,
  );
});
