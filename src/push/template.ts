/*
 * The OTLP protobuf message of one container holds the same series again and again; what changes are values and times. Where
 * those stand is found once; then they are written over.
 *
 * Field numbers: opentelemetry-proto, metrics/v1/metrics.proto.
 */

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

const RESOURCE_METRICS = 1;
const SCOPE_METRICS = 2;
const METRICS = 2;
const GAUGE = 5;
const SUM = 7;
const DATA_POINTS = 1;
const TIME_UNIX_NANO = 3;
const AS_DOUBLE = 4;
const AS_INT = 6;

const NS_PER_SECOND = 1_000_000_000n;
const TWO_32 = 2 ** 32;

export type Template = {
  readonly pointCount: number;
  /** Whether the value of this point can be that. */
  accepts(point: number, value: number): boolean;
  /**
   * The message with these values of its points, all of them at this Unix time as OpenTelemetry has it. The same bytes are
   * written over by the next call.
   */
  fill(time: readonly [seconds: number, nanos: number], values: readonly number[]): Uint8Array;
};

/** Where the time and the value of a point stand. */
type Place = { readonly time: number; readonly value: number; readonly isInteger: boolean };

/** `chunk` is a request with numbers only: undefined where it has another point. It is left as it is. */
export function createTemplate(chunk: Uint8Array): Template | undefined {
  const places = findPlaces(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  if (!places) return undefined;
  const bytes = new Uint8Array(chunk);
  const view = new DataView(bytes.buffer);
  return {
    pointCount: places.length,
    accepts: (point, value) => (places[point]!.isInteger ? Number.isSafeInteger(value) : Number.isFinite(value)),
    fill([seconds, nanos], values) {
      const unixNano = BigInt(seconds) * NS_PER_SECOND + BigInt(nanos);
      const [low, high] = [Number(unixNano & 0xffff_ffffn), Number(unixNano >> 32n)];
      for (let point = 0; point < places.length; point += 1) {
        const { time, value: at, isInteger } = places[point]!;
        const value = values[point]!;
        view.setUint32(time, low, true);
        view.setUint32(time + 4, high, true);
        if (!isInteger) {
          view.setFloat64(at, value, true);
          continue;
        }
        // Without a BigInt for each value; of a negative one this is the two's complement.
        const upper = Math.floor(value / TWO_32);
        view.setUint32(at, value - upper * TWO_32, true);
        view.setInt32(at + 4, upper, true);
      }
      return bytes;
    },
  };
}

function findPlaces(bytes: Buffer): Place[] | undefined {
  const places: (Place | undefined)[] = [];
  for (const resource of nested(bytes, 0, bytes.length, RESOURCE_METRICS)) {
    for (const scope of nested(bytes, resource.from, resource.to, SCOPE_METRICS)) {
      for (const metric of nested(bytes, scope.from, scope.to, METRICS)) {
        for (const data of fieldsOf(bytes, metric.from, metric.to)) {
          if (data.field !== GAUGE && data.field !== SUM) continue;
          for (const point of nested(bytes, data.from, data.to, DATA_POINTS)) places.push(placeOf(bytes, point));
        }
      }
    }
  }
  return places.every((place) => place !== undefined) ? places : undefined;
}

function placeOf(bytes: Buffer, point: Field): Place | undefined {
  let time: number | undefined;
  let value: number | undefined;
  let isInteger = false;
  for (const { field, wire, from } of fieldsOf(bytes, point.from, point.to)) {
    if (wire !== FIXED64) continue;
    if (field === TIME_UNIX_NANO) time = from;
    if (field !== AS_DOUBLE && field !== AS_INT) continue;
    value = from;
    isInteger = field === AS_INT;
  }
  return time === undefined || value === undefined ? undefined : { time, value, isInteger };
}

type Field = { readonly field: number; readonly wire: number; readonly from: number; readonly to: number };

function* nested(bytes: Buffer, start: number, end: number, wanted: number): Generator<Field> {
  for (const each of fieldsOf(bytes, start, end)) if (each.field === wanted && each.wire === DELIMITED) yield each;
}

/** The fields of a message; of a delimited one where its content begins and ends. */
function* fieldsOf(bytes: Buffer, start: number, end: number): Generator<Field> {
  let at = start;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < end) {
    const tag = varint();
    const [field, wire] = [tag >>> 3, tag & 7];
    if (wire === VARINT) {
      const from = at;
      varint();
      yield { field, wire, from, to: at };
      continue;
    }
    const length = wire === DELIMITED ? varint() : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : Number.NaN;
    if (Number.isNaN(length)) throw new Error(`BUG: the serializer wrote a field of wire type ${wire}`);
    const from = at;
    at += length;
    yield { field, wire, from, to: at };
  }
}
