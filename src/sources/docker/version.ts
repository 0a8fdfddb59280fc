import { field, text } from './json.ts';

export type EngineVersion = {
  /** Without the leading `v`, e.g. `1.47`; undefined: requests go without a version, and the engine takes its own. */
  readonly apiVersion?: string;
  /** The engine's own version, e.g. `28.1.1`. */
  readonly engineVersion?: string;
  readonly runtime: 'docker' | 'podman';
};

/** The newest API whose answers are known to be read rightly here. */
export const NEWEST_KNOWN_API_VERSION = '1.47';

/**
 * Reads the answer of `GET /version` and chooses the API to speak: the newest that both sides know, but never older
 * than the engine still serves. Undefined when this is no answer of Docker's API.
 */
export function parseEngineVersion(document: unknown): EngineVersion | undefined {
  const newest = parseApiVersion(field(document, 'ApiVersion'));
  if (newest === undefined) return undefined;
  const oldest = parseApiVersion(field(document, 'MinAPIVersion'));
  const known = isOlder(newest, NEWEST_KNOWN_API_VERSION) ? newest : NEWEST_KNOWN_API_VERSION;
  const engineVersion = text(field(document, 'Version'));
  const components = field(document, 'Components');
  const firstComponent = text(field(Array.isArray(components) ? components[0] : undefined, 'Name'));
  return {
    apiVersion: oldest !== undefined && isOlder(known, oldest) ? oldest : known,
    ...(engineVersion !== undefined && { engineVersion }),
    runtime: firstComponent?.toLowerCase().startsWith('podman') ? 'podman' : 'docker',
  };
}

function parseApiVersion(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,4}\.\d{1,4}$/.test(value) ? value : undefined;
}

function isOlder(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor === rightMajor ? leftMinor < rightMinor : leftMajor < rightMajor;
}
