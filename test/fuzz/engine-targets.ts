import { containerOfLife } from '../../src/sources/docker/event-container.ts';
import {
  createLineSplitter,
  type LifeEvent,
  parseEventBeginning,
  parseEventLine,
} from '../../src/sources/docker/events.ts';
import { parseImageReference } from '../../src/sources/docker/image-reference.ts';
import { createInfo } from '../../src/sources/docker/info.ts';
import { MAX_LABELS, parseInspect, parseLabels, parseState } from '../../src/sources/docker/inspect.ts';
import { MAX_TEXT_LENGTH } from '../../src/sources/docker/json.ts';
import { createJsonSieve } from '../../src/sources/docker/json-sieve.ts';
import { parseList } from '../../src/sources/docker/list.ts';
import { parseTimestampMs } from '../../src/sources/docker/timestamp.ts';
import { parseEngineVersion } from '../../src/sources/docker/version.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { fixtures } from '../sources/fixtures.ts';
import { MAX_INPUT_BYTES } from './bytes.ts';
import { expectSound, type FuzzTarget, Unsound } from './target.ts';

/** What an engine answers. What is no JSON never comes to these parsers, but for a line of events. */

const DOCKER = 'src/sources/docker/';
/** A prefix such as `sha256:` may be put before a text that is as long as can be. */
const BOUNDED = { maxText: MAX_TEXT_LENGTH + 64, signed: true };
const COUNTED = { maxText: MAX_TEXT_LENGTH + 64 };
const NOW_MS = 1_700_000_000_000;

const json = (...documents: readonly unknown[]): Buffer[] =>
  documents.map((document) => Buffer.from(JSON.stringify(document)));

function document(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    return undefined;
  }
}

function of(
  names: readonly [string, ...string[]],
  seeds: readonly Buffer[],
  check: (value: unknown) => void | Promise<void>,
): FuzzTarget {
  const [first, ...others] = names.map((name) => DOCKER + name);
  return {
    covers: [first!, ...others],
    seeds,
    isJson: true,
    run: (bytes) => {
      const parsed = document(bytes);
      return parsed && check(parsed.value);
    },
  };
}

const captured = fixtures('hosts/*/engine.json').flatMap((bytes) =>
  json(...(JSON.parse(bytes.toString()) as unknown[])),
);
const INSPECTS = [
  ...captured,
  ...json(
    inspectDocument({ id: 'ab', labels: { tier: 'front', empty: '' }, networkMode: 'container:other' }),
    inspectDocument({ id: 'cd', status: 'exited', exitCode: 137, finishedAt: '2024-05-06T08:00:00.5+02:00' }),
  ),
];
const LISTS = json([
  { Id: containerId('1'), State: 'running', Status: 'Up 5 minutes', Created: 1_699_999_000 },
  { Id: containerId('2'), State: 'exited', Status: 'Exited (0) 5 minutes ago', Created: 1_699_999_000 },
  { Id: containerId('3'), State: 'created', Status: 'Created', Created: 1_699_999_000 },
  { Id: containerId('4'), State: 'exited', Status: 'Exited (1) About an hour ago' },
]);
const event = (Action: string, more: object = {}) => ({
  Type: 'container',
  Action,
  Actor: { ID: containerId('1'), Attributes: { name: 'web', image: 'redis:7', exitCode: '3', tier: 'front', ...more } },
  time: 1_700_000_000,
  timeNano: 1_700_000_000_123_456_800,
});
const EVENTS = json(
  event('start'),
  event('die'),
  event('health_status: healthy'),
  { ...event('died'), timeNano: undefined },
  {
    status: 'start',
    id: containerId('1'),
    Type: 'container',
  },
);

/** Dates of events go on as Unix milliseconds, which the rest computes with. */
const LATEST_DATE_MS = Date.UTC(9999, 0);

function checkLife(life: LifeEvent): void {
  if (life.atMs > LATEST_DATE_MS) throw new Unsound(`an event is of ${life.atMs} ms`);
  expectSound(containerOfLife({ start: life, end: life }, { runtime: 'docker' }), BOUNDED);
}

/** In two pieces and in one: what JSON.parse reads, and nothing that is larger than it may be. */
function checkSieve(bytes: Buffer): void {
  const [whole, halved, bounded] = [1e9, 1e9, 100].map((maxBytes) =>
    createJsonSieve({ shape: true, maxMembers: maxBytes, maxBytes }),
  );
  whole!.write(bytes);
  for (const sieve of [halved!, bounded!]) {
    sieve.write(bytes.subarray(0, bytes.length / 2));
    sieve.write(bytes.subarray(bytes.length / 2));
  }
  const written = JSON.stringify(whole!.value(true));
  const parsed = document(bytes);
  if (written !== JSON.stringify(halved!.value(true))) throw new Unsound('the pieces matter');
  // Numbers, texts and depths beyond its bounds are the sieve's own affair.
  const isUsual = written !== undefined && bytes.length < MAX_TEXT_LENGTH;
  if (parsed && isUsual && written !== JSON.stringify(parsed.value)) throw new Unsound('JSON.parse reads it otherwise');
  expectSound(bounded!.value(false), { signed: true, maxText: MAX_INPUT_BYTES });
}

export const ENGINE_TARGETS: readonly FuzzTarget[] = [
  of(
    ['inspect.ts parseInspect', 'inspect.ts parseState', 'inspect.ts parseLabels', 'timestamp.ts parseTimestampMs'],
    INSPECTS,
    (value) => {
      const outcome = parseInspect(value, { runtime: 'docker' });
      // A reason quotes the state, in which each character may become six.
      expectSound(outcome, outcome.status === 'ok' ? BOUNDED : { maxText: 7 * MAX_TEXT_LENGTH });
      const labels = parseLabels(value);
      if (Object.keys(labels).length > MAX_LABELS) throw new Unsound('there are too many labels');
      expectSound([parseState(value), parseTimestampMs(value), labels], COUNTED);
    },
  ),
  of(['list.ts parseList'], LISTS, (value) => expectSound(parseList(value, NOW_MS), COUNTED)),
  of(
    ['version.ts parseEngineVersion'],
    json(
      { ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.5', Components: [{ Name: 'Engine' }] },
      { ApiVersion: '1.41', Version: '4.3.1', Components: [{ Name: 'Podman Engine' }] },
    ),
    (value) => expectSound(parseEngineVersion(value), COUNTED),
  ),
  of(['info.ts createInfo'], json({ ID: 'AB:CD', Name: 'host', ServerVersion: '20.10.5' }), async (value) => {
    const info = createInfo({ info: async () => value } as never, () => undefined);
    expectSound(await info(), COUNTED);
  }),
  {
    covers: [`${DOCKER}events.ts parseEventLine`, `${DOCKER}event-container.ts containerOfLife`],
    seeds: EVENTS,
    isJson: true,
    run: (bytes) => {
      const line = parseEventLine(bytes.toString());
      if (line.kind === 'changed' && line.life) checkLife(line.life);
    },
  },
  {
    covers: [`${DOCKER}events.ts parseEventBeginning`],
    seeds: EVENTS,
    run: (bytes) => {
      const event = parseEventBeginning(bytes);
      if (event.kind === 'changed') expectSound(event.id, COUNTED);
    },
  },
  {
    covers: [`${DOCKER}json-sieve.ts createJsonSieve`],
    seeds: [...INSPECTS, ...LISTS],
    run: checkSieve,
  },
  {
    covers: [`${DOCKER}events.ts createLineSplitter`],
    seeds: EVENTS.map((line) => Buffer.concat([line, Buffer.from('\n'), line, Buffer.from('\n')])),
    run: (bytes) => {
      const maxLineBytes = 1024;
      const lines: string[] = [];
      const splitter = createLineSplitter({
        maxLineBytes,
        onLine: (line) => lines.push(line),
        onOverlong: () => undefined,
      });
      splitter.push(bytes.subarray(0, bytes.length / 3));
      splitter.push(bytes.subarray(bytes.length / 3));
      expectSound(lines, { maxText: maxLineBytes });
    },
  },
  {
    covers: [`${DOCKER}image-reference.ts parseImageReference`],
    seeds: ['redis', 'registry:5000/team/app:1.2@sha256:abcdef0123', 'a'.repeat(64), 'abcdef'].map((text) =>
      Buffer.from(text),
    ),
    run: (bytes) => expectSound(parseImageReference(bytes.toString(), `sha256:${'5'.repeat(64)}`)),
  },
];
