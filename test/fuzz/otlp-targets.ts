import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { LIMITS } from '../../src/limits.ts';
import {
  decodeMetricsRequest,
  encodeMetricsRequest,
  encodeMetricsResponse,
  MalformedOtlp,
  type OtlpMetricsRequest,
  type OtlpMetricsResponse,
  parseMetricsRequestJson,
} from '../../src/otlp/metrics-proto.ts';
import { parseOtlpAnswer } from '../../src/push/otlp-answer.ts';
import { createLatestContainers } from '../../src/status/latest.ts';
import { createReceiver } from '../../src/status/receiver.ts';
import { container, requestOf } from '../status/pushes.ts';
import { MAX_INPUT_BYTES } from './bytes.ts';
import { expectSound, type FuzzTarget, Unsound } from './target.ts';

/** What is pushed to the embedded receiver, down to what the page shows of it. */

const REQUESTS = [
  requestOf(
    container('web', {
      timeMs: 1_000,
      metrics: {
        'container.status': { running: 1, exited: 0 },
        'container.cpu.time': { user: 5, system: 2 },
        'container.cpu.usage': { user: 0.5 },
        'container.network.io': { 'eth0 receive': 7 },
        'container.process.count': { running: 1 },
      },
    }),
    { ...container('db'), ended: true },
  ),
  requestOf(
    container('job', { timeMs: 2_000, delta: { startMs: 1_000 }, metrics: { 'container.cpu.time': { user: 1 } } }),
  ),
];
const PROTOBUF = REQUESTS.map((request) => Buffer.from(encodeMetricsRequest(request)));
const JSON_TEXTS = REQUESTS.map((request) => Buffer.from(JSON.stringify(request)));

/** Two cut texts with a colon between them, which is what an image's name and tag make. */
const MAX_SHOWN_TEXT = 2 * 256 + 1;

/** Shown twice, so that there are rates. */
function show(request: OtlpMetricsRequest): void {
  const latest = createLatestContainers({ intervalMs: 10_000 });
  latest.apply(request, 1);
  latest.apply(request, 10_001);
  const view = latest.view(10_002);
  expectSound(view, { signed: true, maxText: MAX_SHOWN_TEXT });
  JSON.parse(JSON.stringify(view));
}

const isMalformed = (error: unknown): boolean => error instanceof MalformedOtlp;

/** Sent with this type; the answer is one of the four that OTLP/HTTP knows. */
function received(contentType: string, isGzip: boolean, seeds: readonly Buffer[]): FuzzTarget {
  const headers = { 'content-type': contentType, ...(isGzip && { 'content-encoding': 'gzip' }) };
  const receiver = createReceiver({ accept: show, maxBodyBytes: MAX_INPUT_BYTES });
  return {
    covers: [`src/status/receiver.ts createReceiver (${contentType}${isGzip ? ', gzip' : ''})`],
    seeds: isGzip ? seeds.map((seed) => gzipSync(seed)) : seeds,
    isJson: !isGzip && contentType === 'application/json',
    isSlow: true,
    run: async (bytes) => {
      const request = Object.assign(Readable.from([bytes], { objectMode: false }), { headers });
      const reply = await receiver.receive(request as unknown as IncomingMessage);
      if (![200, 400, 413, 415].includes(reply.httpStatus)) throw new Unsound(`the answer is ${reply.httpStatus}`);
      if (reply.body.length > MAX_INPUT_BYTES) throw new Unsound(`the answer has ${reply.body.length} bytes`);
    },
  };
}

const ANSWERS: readonly OtlpMetricsResponse[] = [
  {},
  { partialSuccess: { rejectedDataPoints: '3', errorMessage: 'too old' } },
  { partialSuccess: { errorMessage: 'x'.repeat(300) } },
];

/** What a receiver answers. */
function answered(contentType: 'application/json' | 'application/x-protobuf', seeds: readonly Buffer[]): FuzzTarget {
  return {
    covers: [`src/push/otlp-answer.ts parseOtlpAnswer (${contentType})`, 'src/push/otlp-answer.ts parseOtlpAnswer'],
    seeds,
    isJson: contentType === 'application/json',
    isSlow: true,
    // It is not of OTLP.
    allows: (error) => error instanceof Error && !(error instanceof Unsound),
    run: (bytes) => {
      const answer = parseOtlpAnswer(contentType, bytes);
      expectSound(answer, { maxText: LIMITS.receiverMessage.max });
      if (typeof answer.rejectedPointCount !== 'number') throw new Unsound('the count is not a number');
      if (!['string', 'undefined'].includes(typeof answer.message)) throw new Unsound('the message is not a text');
    },
  };
}

/** Small when sent, and far over the limit when unpacked. */
const BOMB = gzipSync(Buffer.alloc(100 * MAX_INPUT_BYTES));

export const OTLP_TARGETS: readonly FuzzTarget[] = [
  {
    covers: ['src/otlp/metrics-proto.ts decodeMetricsRequest', 'src/status/latest.ts createLatestContainers'],
    seeds: PROTOBUF,
    allows: isMalformed,
    run: (bytes) => show(decodeMetricsRequest(bytes)),
  },
  {
    covers: ['src/otlp/metrics-proto.ts parseMetricsRequestJson'],
    seeds: JSON_TEXTS,
    isJson: true,
    allows: isMalformed,
    run: (bytes) => show(parseMetricsRequestJson(bytes.toString())),
  },
  answered(
    'application/x-protobuf',
    ANSWERS.map((answer) => Buffer.from(encodeMetricsResponse(answer))),
  ),
  answered(
    'application/json',
    ANSWERS.map((answer) => Buffer.from(JSON.stringify(answer))),
  ),
  received('application/x-protobuf', false, PROTOBUF),
  received('application/json', false, JSON_TEXTS),
  received('application/x-protobuf', true, [...PROTOBUF, Buffer.alloc(100 * MAX_INPUT_BYTES)]),
  { ...received('application/json', true, JSON_TEXTS), seeds: [...JSON_TEXTS.map((text) => gzipSync(text)), BOMB] },
];
