import { LIMITS, type OnLimit } from '../../limits.ts';
import {
  type Container,
  type ContainerHealth,
  type ContainerImage,
  type ContainerState,
  isRunning,
  type NetworkMode,
} from '../container.ts';
import { parseImageReference } from './image-reference.ts';
import { count, field, text } from './json.ts';
import { parseTimestampMs } from './timestamp.ts';

export type InspectOutcome =
  | { readonly status: 'ok'; readonly container: Container }
  | { readonly status: 'invalid'; readonly reason: string };

export type InspectOptions = { readonly runtime: string; readonly onLimit?: OnLimit };

export const MAX_LABELS = LIMITS.labels.max;

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
export function parseInspect(document: unknown, { runtime, onLimit }: InspectOptions): InspectOutcome {
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
  const startedAtMs = parseTimestampMs(field(stateDocument, 'StartedAt'));
  const createdAtMs = parseTimestampMs(field(document, 'Created'));
  const command = text(field(document, 'Path'), onLimit);
  const labels = parseLabels(field(config, 'Labels'), onLimit);
  const restartCount = count(field(document, 'RestartCount'));
  const pid = count(field(stateDocument, 'Pid'));
  const container: Container = {
    id,
    name: parseName(field(document, 'Name'), onLimit) ?? id.slice(0, SHORT_ID_LENGTH),
    runtime,
    image: parseImage(field(config, 'Image'), field(document, 'Image'), onLimit),
    labels,
    ...(isPodSandbox(labels) && { isPodSandbox: true }),
    state,
    ...(isRunning({ state }) ? parseHealth(stateDocument) : parseEnd(stateDocument)),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    ...(restartCount !== undefined && { restartCount }),
    ...(pid !== undefined && pid > 0 && { pid }),
    ...(command !== undefined && { command }),
    network: parseNetworkMode(field(field(document, 'HostConfig'), 'NetworkMode')),
  };
  return { status: 'ok', container };
}

/** What the last check said is true of a container that runs only: the engine goes on answering it after the end. */
function parseHealth(stateDocument: unknown): Pick<Container, 'health'> {
  const health = field(field(stateDocument, 'Health'), 'Status');
  return HEALTHS.has(health) ? { health: health as ContainerHealth } : {};
}

/** How the last run ended. A container that never ran has no end, but where its start failed, the code says so. */
function parseEnd(stateDocument: unknown): Pick<Container, 'finishedAtMs' | 'exitCode' | 'oomKilled'> {
  const finishedAtMs = parseTimestampMs(field(stateDocument, 'FinishedAt'));
  const exitCode = field(stateDocument, 'ExitCode');
  if (!Number.isSafeInteger(exitCode) || (finishedAtMs === undefined && exitCode === 0)) return {};
  const oomKilled = field(stateDocument, 'OOMKilled') === true;
  return { ...(finishedAtMs !== undefined && { finishedAtMs }), exitCode: exitCode as number, oomKilled };
}

/** The kubelet marks so the container that holds a pod's namespaces; without the pod it stands for nothing. */
function isPodSandbox(labels: Container['labels']): boolean {
  return labels['io.kubernetes.docker.type'] === 'podsandbox' && labels['io.kubernetes.pod.uid'] !== undefined;
}

/** The primary name. Names by which linked containers call this one (`/other/alias`) stand elsewhere and are not it. */
function parseName(value: unknown, onLimit?: OnLimit): string | undefined {
  return text(text(value, onLimit)?.replace(/^\/+/, ''));
}

function parseImage(reference: unknown, imageId: unknown, onLimit?: OnLimit): ContainerImage {
  const bareId = text(imageId);
  const id = bareId !== undefined && /^[0-9a-f]{64}$/.test(bareId) ? `sha256:${bareId}` : bareId;
  return { ...parseImageReference(text(reference, onLimit) ?? '', id), ...(id !== undefined && { id }) };
}

export function parseLabels(value: unknown, onLimit?: OnLimit): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const labels = Object.entries(value).flatMap(([key, content]): [string, string][] => {
    const name = text(key, onLimit);
    return name !== undefined && typeof content === 'string' ? [[name, text(content, onLimit) ?? '']] : [];
  });
  const leftOut = labels.length - MAX_LABELS;
  if (leftOut > 0) onLimit?.('labels', leftOut);
  return Object.fromEntries(labels.slice(0, MAX_LABELS));
}

function parseNetworkMode(value: unknown): NetworkMode {
  const mode = text(value);
  if (mode === undefined) return { kind: 'unknown' };
  if (mode === 'host' || mode === 'none') return { kind: mode };
  const [, containerId] = /^container:(.+)$/s.exec(mode) ?? [];
  return containerId === undefined ? { kind: 'own' } : { kind: 'container', containerId };
}
