import type { Case, Outcome } from './cases.ts';
import type { Measured, Value, Values } from './measurement.ts';
import { DB_ID, DB_PID, WEB_ID, WEB_PIDS } from './world.ts';

/** What must hold of every case; each answer is a violation. */

type Name = 'web' | 'db';

const WEB = new RegExp(`${WEB_ID}|/proc/(${Object.values(WEB_PIDS).join('|')})(/|$)`);
const DB = new RegExp(`${DB_ID}|/proc/${DB_PID}(/|$)`);

/** The containers that it may touch: the one whose file it is, or both where the file is the host's. */
export function touched({ operation: { path }, happening }: Case): readonly Name[] {
  if (happening.kind === 'change' || WEB.test(path)) return ['web'];
  return DB.test(path) ? ['db'] : ['web', 'db'];
}

export type Undisturbed = readonly Measured[];

export function violations(each: Case, outcome: Outcome, undisturbed: Undisturbed): string[] {
  const clean = { faulted: undisturbed[each.cycle - 1]!, after: undisturbed[each.cycle]! };
  const found = [
    ...outcome.leftOpen.map((path) => `leaves ${path} open`),
    ...[...outcome.faulted.complaints, ...outcome.after.complaints].map((complaint) => `complains: ${complaint}`),
  ];
  const mayTouch = touched(each);
  for (const name of ['web', 'db'] as const) {
    const [before, faulted, after] = [outcome.before?.[name], outcome.faulted[name], outcome.after[name]];
    found.push(...[faulted, after].flatMap((values) => unsound(values)).map((text) => `${name}: ${text}`));
    found.push(...falls(before, faulted), ...falls(faulted, after), ...falls(before, after));
    const [faultedSums, afterSums] = [sumExecutables(faulted), sumExecutables(after)];
    const [cleanFaulted, cleanAfter] = [cleanSums(clean.faulted[name]!), cleanSums(clean.after[name]!)];
    found.push(...exceeds(faultedSums, cleanFaulted), ...exceeds(afterSums, cleanAfter));
    if (!faulted && !seemsGone(each)) found.push(`${name} is not measured for one file`);
    if (!mayTouch.includes(name)) found.push(...differs(`the other container ${name}`, faulted, clean.faulted[name]!));
    if (each.happening.kind === 'fault' || !mayTouch.includes(name)) {
      const isFirst = each.cycle === 1 && mayTouch.includes(name);
      found.push(
        ...differs(
          `${name} in the cycle after`,
          afterSums,
          isFirst ? withKnownRates(cleanAfter, afterSums) : cleanAfter,
        ),
      );
    }
  }
  return found;
}

/** A process or a cgroup that is not there any more may have been all that there was of a container. */
function seemsGone({ happening }: Case): boolean {
  return happening.kind === 'change' || ['ENOENT', 'ESRCH', 'ENODEV'].includes(happening.fault);
}

function unsound(values: Values | undefined): string[] {
  return [...(values ?? [])].flatMap(([series, { value }]) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? [] : [`${series} is ${value}`],
  );
}

const each = <T>(values: Values | undefined, of: (series: string, value: Value) => T[]): T[] =>
  [...(values ?? [])].flatMap(([series, value]) => of(series, value));

function falls(from: Values | undefined, to: Values | undefined): string[] {
  return each(to, (series, now) => {
    const last = from?.get(series);
    if (!now.isCounter || !last || last.startMs !== now.startMs || Number(now.value) >= Number(last.value) - SLACK)
      return [];
    return [`${series} falls from ${last.value} to ${now.value}`];
  });
}

/** More than was really used. */
function exceeds(values: Values | undefined, clean: Values): string[] {
  return each(values, (series, { isCounter, value }) => {
    const most = clean.get(series)?.value;
    if (!isCounter || most === undefined || Number(value) <= Number(most) + SLACK) return [];
    return [`${series} is ${value}, and only ${most} was used`];
  });
}

/** Which executable is told apart, and credited with what, depends on what was seen of it: only the sums are certain. */
function sumExecutables(values: Values | undefined): Values | undefined {
  if (!values) return undefined;
  const sums = new Map<string, Value>();
  for (const [series, value] of values) {
    const key = withoutExecutable(series);
    sums.set(key, { ...value, value: Number(value.value) + Number(sums.get(key)?.value ?? 0) });
  }
  return sums;
}

const sumsOfClean = new WeakMap<Values, Values>();

function cleanSums(values: Values): Values {
  const sums = sumsOfClean.get(values) ?? sumExecutables(values)!;
  sumsOfClean.set(values, sums);
  return sums;
}

const summedKeys = new Map<string, string>();

function withoutExecutable(series: string): string {
  const known = summedKeys.get(series);
  if (known !== undefined) return known;
  const key = series.replace(/,?"process\.executable\.name":"[^"]*"/, '');
  summedKeys.set(series, key);
  return key;
}

/** A rate needs two readings, of which the first was the faulted one. */
function withKnownRates(clean: Values, values: Values | undefined): Values {
  const isKnown = (series: string): boolean =>
    !series.startsWith('container.cpu.usage') || values?.has(series) === true;
  return new Map([...clean].filter(([series]) => isKnown(series)));
}

/** Sums of fractions are not exact. */
const SLACK = 1e-6;

function differs(what: string, values: Values | undefined, clean: Values): string[] {
  if (!values) return [`${what} is not measured`];
  const series = new Set([...values.keys(), ...clean.keys()]);
  return [...series].flatMap((key) => {
    const [is, should] = [values.get(key), clean.get(key)];
    const isEqual =
      is && should && Math.abs(Number(is.value) - Number(should.value)) <= SLACK && is.startMs === should.startMs;
    return isEqual
      ? []
      : [`${what}: ${key} is ${is?.value}@${is?.startMs} instead of ${should?.value}@${should?.startMs}`];
  });
}
