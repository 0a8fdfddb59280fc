import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LIMITS } from '../limits.ts';
import {
  decodeMetricsRequest,
  encodeMetricsResponse,
  encodeStatus,
  MalformedOtlp,
  type OtlpMetricsRequest,
  parseMetricsRequestJson,
} from '../otlp/metrics-proto.ts';
import { type Reply, textReply } from './reply.ts';

/** As much as the Collector takes by default, counted before and after decompression. */
export const MAX_BODY_BYTES = LIMITS.receivedBody.max;

/** google.rpc.Code INVALID_ARGUMENT and RESOURCE_EXHAUSTED. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;

const decompress = promisify(gunzip);

type MediaType = 'application/x-protobuf' | 'application/json';

/** What a request is refused with. Anything else that is thrown is a fault of ours. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly httpStatus: number;
  readonly code: number;

  constructor(message: string, { httpStatus, code, cause }: { httpStatus: number; code: number; cause?: unknown }) {
    super(message, { cause });
    this.httpStatus = httpStatus;
    this.code = code;
  }
}

export type Receiver = {
  /** Answers one POST of OTLP/HTTP. Rejects only when the client goes away in the middle of its body. */
  receive(request: IncomingMessage): Promise<Reply>;
};

/** The server side of OTLP/HTTP for metrics (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Request"). */
export function createReceiver(options: {
  readonly accept: (request: OtlpMetricsRequest) => void;
  readonly maxBodyBytes?: number;
}): Receiver {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  return {
    async receive(request) {
      const mediaType = readMediaType(request);
      if (mediaType === undefined) {
        return textReply(415, 'Content-Type must be application/x-protobuf or application/json');
      }
      const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
      if (encoding !== 'gzip' && encoding !== 'identity') {
        return textReply(415, 'Content-Encoding must be gzip or none', { 'Accept-Encoding': 'gzip, identity' });
      }
      try {
        const sent = await readBody(request, maxBodyBytes);
        const body = encoding === 'gzip' ? await unpack(sent, maxBodyBytes) : sent;
        options.accept(decode(body, mediaType));
        return accepted(mediaType);
      } catch (error) {
        if (error instanceof Refusal) return refused(error, mediaType);
        throw error;
      }
    },
  };
}

function readMediaType(request: IncomingMessage): MediaType | undefined {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType === 'application/x-protobuf' || mediaType === 'application/json' ? mediaType : undefined;
}

/**
 * Reads no more than the limit into memory. A body somewhat larger is read to its end and thrown away, since a client
 * that is still writing would see a broken connection instead of the answer.
 */
async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const maxDiscardedBytes = 4 * maxBodyBytes;
  if (Number(request.headers['content-length'] ?? 0) > maxDiscardedBytes) throw tooLarge(maxBodyBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Not destroyed on leaving early: the answer still has to go out over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (sizeBytes > maxDiscardedBytes) break;
  }
  if (sizeBytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
  return Buffer.concat(chunks, sizeBytes);
}

async function unpack(body: Buffer, maxBodyBytes: number): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: maxBodyBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBodyBytes);
    throw new Refusal('the body is not gzip', { httpStatus: 400, code: INVALID_ARGUMENT, cause });
  }
}

function decode(body: Buffer, mediaType: MediaType): OtlpMetricsRequest {
  try {
    return mediaType === 'application/json' ? parseMetricsRequestJson(body.toString()) : decodeMetricsRequest(body);
  } catch (cause) {
    if (!(cause instanceof MalformedOtlp)) throw cause;
    throw new Refusal(cause.message, { httpStatus: 400, code: INVALID_ARGUMENT, cause });
  }
}

function tooLarge(maxBodyBytes: number): Refusal {
  const message = `the body is larger than ${maxBodyBytes} bytes; push smaller requests`;
  return new Refusal(message, { httpStatus: 413, code: RESOURCE_EXHAUSTED });
}

/** An empty response: everything was taken. */
function accepted(mediaType: MediaType): Reply {
  const body = mediaType === 'application/json' ? '{}' : encodeMetricsResponse({});
  return { httpStatus: 200, contentType: mediaType, body };
}

function refused({ httpStatus, code, message }: Refusal, mediaType: MediaType): Reply {
  const status = { code, message };
  const body = mediaType === 'application/json' ? JSON.stringify(status) : encodeStatus(status);
  // What is left of a body that is too large is not read, so the connection cannot serve another request.
  return { httpStatus, contentType: mediaType, body, ...(httpStatus === 413 && { headers: { Connection: 'close' } }) };
}
