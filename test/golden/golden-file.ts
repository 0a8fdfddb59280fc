import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { OtlpKeyValue, OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';

/**
 * Compares a request with the golden file of that name. `UPDATE_GOLDEN=1` writes the file instead; its difference is
 * reviewed like code.
 */
export function expectGolden(name: string, request: OtlpMetricsRequest): void {
  const path = new URL(`${name}.golden.json`, import.meta.url).pathname;
  const text = `${written(sortedValue(request, undefined), '')}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  if (!existsSync(path)) throw new Error(`there is no ${path}; UPDATE_GOLDEN=1 writes it`);
  expect(text, `differs from ${name}.golden.json; where that is meant, UPDATE_GOLDEN=1 writes it anew`).toBe(
    readFileSync(path, 'utf8'),
  );
}

/** The one attribute that is this machine's even when another host is measured. */
const OF_THIS_MACHINE: ReadonlySet<string | undefined> = new Set(['host.arch']);

const LINE_LENGTH = 160;

/** JSON in which whatever fits into a line stands in one, so that a point is a line. */
function written(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (indent.length + line.length <= LINE_LENGTH || typeof value !== 'object' || value === null) return line;
  const deeper = `${indent} `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item) => written(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${written(item, deeper)}`);
  return `${open}\n${deeper}${items.join(`,\n${deeper}`)}\n${indent}${close}`;
}

/**
 * The same in an order that does not depend on who came first: keys, attributes, points, metrics, resources. The values
 * of an array attribute stay in theirs.
 */
function sortedValue(value: unknown, key: string | undefined): unknown {
  if (Array.isArray(value)) {
    const items = key === 'attributes' ? value.map(ofThisMachine) : value;
    const each = items.map((item) => sortedValue(item, undefined));
    return key === 'values' ? each : each.sort(byText);
  }
  if (typeof value !== 'object' || value === null) return value;
  // A release would otherwise touch every golden file.
  if (key === 'scope') return { ...value, version: 'of this package' };
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, content]) => [name, sortedValue(content, name)]));
}

function ofThisMachine(attribute: OtlpKeyValue): OtlpKeyValue {
  return OF_THIS_MACHINE.has(attribute.key) ? { ...attribute, value: { stringValue: 'of this machine' } } : attribute;
}

/** What names a thing comes first, so that things are sorted by it and a reader sees it first. */
function rank(key: string): number {
  const first = ['key', 'name', 'unit', 'resource', 'scope', 'attributes'].indexOf(key);
  return first < 0 ? Number.MAX_SAFE_INTEGER : first;
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : Number(left > right);
}
