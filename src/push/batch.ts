/**
 * What passes between the stages of delivery: one OTLP request body, ready to send. No stage here knows a container.
 */
export type Batch = {
  /** The body as it goes over the wire, compressed where `contentEncoding` says so. */
  readonly body: Uint8Array;
  readonly contentType: 'application/x-protobuf' | 'application/json';
  readonly contentEncoding?: 'gzip';
  /** Data points inside, for the count of what was sent or given up. */
  readonly pointCount: number;
};

/** What became of one attempt to send a batch, by the OTLP/HTTP status table (status-table.ts). */
export type SendOutcome =
  | {
      readonly status: 'accepted';
      readonly rejectedPointCount: number;
      readonly message?: string;
      readonly httpStatus?: number;
    }
  | (Failure & { readonly status: 'retryable'; readonly retryAfterMs?: number })
  | (Failure & { readonly status: 'refused' });

type Failure = {
  /** For people. */
  readonly reason: string;
  /** One of few, as the attribute error.type wants it: the HTTP status, or a code. */
  readonly errorType?: string;
  readonly httpStatus?: number;
};
