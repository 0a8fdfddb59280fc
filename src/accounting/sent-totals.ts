/** Seconds and nanoseconds since 1970, as OpenTelemetry has time. */
export type HrTime = [number, number];

/** A total that was sent, and the time of its point. */
export type SentTotal = {
  readonly value: number;
  readonly at: HrTime;
  /** Since when it runs, where that is not the container's start. */
  readonly start?: HrTime | undefined;
};

/** The totals of one run of a container that were sent last, by series: what the next differences are taken from. */
export type SentTotals = {
  readonly totals: Map<string, SentTotal>;
  /** Whether what was sent of this run before is unknown. A run that was measured from its start has no such past. */
  unknownPast: boolean;
};

/** The same as plain data; absent where no differences were sent. */
export type SentMemory = Readonly<Record<string, SentTotal>>;

export function createSentTotals(memory: SentMemory | undefined, unknownPast: boolean): SentTotals {
  return { totals: new Map(Object.entries(memory ?? {})), unknownPast };
}

/** To be called where totals are sent: differences cannot follow them but from a new beginning. */
export function forgetSent(sent: SentTotals): void {
  sent.totals.clear();
  sent.unknownPast = true;
}

export function rememberSent({ totals }: SentTotals): SentMemory | undefined {
  return totals.size > 0 ? Object.fromEntries(totals) : undefined;
}
