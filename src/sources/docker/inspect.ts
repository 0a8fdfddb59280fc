import type { Container, ContainerHealth, ContainerImage, ContainerState, NetworkMode } from '../container.ts';
import { parseImageReference } from './image-reference.ts';
import { count, field, text } from './json.ts';
import { parseTimestampMs } from './timestamp.ts';

export type InspectOutcome =
  | { readonly status: 'ok'; readonly container: Container }
  | { readonly status: 'invalid'; readonly reason: string };

export const MAX_LABELS = 512;

const ID = /^[0-9a-f]{12,64}$/;
const SHORT_ID_LENGTH = 12;

/** Docker's words, and those of Podman for what Docker calls otherwise. */
const STATES: ReadonlyMap<unknown, ContainerState> = new Map([
  ['created', 'created'],
  ['configured', 'created'],
  ['initialized', 'created'],
  ['running', 'running'],
  ['stopping', 'running'],
  ['paused', 'paused'],
  ['restarting', 'restarting'],
  ['exited', 'exited'],
  ['stopped', 'exited'],
  ['removing', 'dead'],
  ['dead', 'dead'],
]);

const HEALTHS: ReadonlySet<unknown> = new Set<ContainerHealth>(['starting', 'healthy', 'unhealthy']);

export function isContainerId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

export function parseState(value: unknown): ContainerState | undefined {
  return STATES.get(value);
}

/**
 * Reads the answer of `GET /containers/{id}/json`. Anything may stand there: what is missing or has the wrong type is
 * left out, and only an answer without identifier or state is refused. `container:NAME` is handed on as the engine
 * wrote it, since only the engine can say which identifier that is.
 */
export function parseInspect(document: unknown, { runtime }: { readonly runtime: string }): InspectOutcome {
  const id = field(document, 'Id');
  if (!isContainerId(id)) return { status: 'invalid', reason: 'the answer has no container identifier' };
  const stateDocument = field(document, 'State');
  const status = field(stateDocument, 'Status');
  const state = parseState(status);
  if (state === undefined) {
    return {
      status: 'invalid',
      reason: `container ${id} has the unknown state ${JSON.stringify(text(status) ?? null)}`,
    };
  }
  const config = field(document, 'Config');
  const health = field(field(stateDocument, 'Health'), 'Status');
  const startedAtMs = parseTimestampMs(field(stateDocument, 'StartedAt'));
  const restartCount = count(field(document, 'RestartCount'));
  const pid = count(field(stateDocument, 'Pid'));
  const container: Container = {
    id,
    name: parseName(field(document, 'Name')) ?? id.slice(0, SHORT_ID_LENGTH),
    runtime,
    image: parseImage(field(config, 'Image'), field(document, 'Image')),
    labels: parseLabels(field(config, 'Labels')),
    state,
    ...(HEALTHS.has(health) && { health: health as ContainerHealth }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(restartCount !== undefined && { restartCount }),
    ...(pid !== undefined && pid > 0 && { pid }),
    network: parseNetworkMode(field(field(document, 'HostConfig'), 'NetworkMode')),
  };
  return { status: 'ok', container };
}

/** The primary name. Names by which linked containers call this one (`/other/alias`) stand elsewhere and are not it. */
function parseName(value: unknown): string | undefined {
  return text(text(value)?.replace(/^\/+/, ''));
}

function parseImage(reference: unknown, imageId: unknown): ContainerImage {
  const bareId = text(imageId);
  const id = bareId !== undefined && /^[0-9a-f]{64}$/.test(bareId) ? `sha256:${bareId}` : bareId;
  return { ...parseImageReference(text(reference) ?? '', id), ...(id !== undefined && { id }) };
}

function parseLabels(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const labels: [string, string][] = [];
  for (const [key, content] of Object.entries(value)) {
    if (labels.length === MAX_LABELS) break;
    const name = text(key);
    if (name !== undefined && typeof content === 'string') labels.push([name, text(content) ?? '']);
  }
  return Object.fromEntries(labels);
}

function parseNetworkMode(value: unknown): NetworkMode {
  const mode = text(value);
  if (mode === undefined) return { kind: 'unknown' };
  if (mode === 'host' || mode === 'none') return { kind: mode };
  const [, containerId] = /^container:(.+)$/s.exec(mode) ?? [];
  return containerId === undefined ? { kind: 'own' } : { kind: 'container', containerId };
}
