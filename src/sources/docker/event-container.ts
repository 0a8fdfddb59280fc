import type { Container } from '../container.ts';
import type { LifeEvent } from './events.ts';
import { parseImageReference } from './image-reference.ts';
import { parseLabels } from './inspect.ts';
import { field, text } from './json.ts';
import type { Life } from './lives.ts';

/** Attributes of events that are not labels of the container. */
const NO_LABELS = new Set(['name', 'image', 'exitCode', 'execDuration', 'signal', 'containerExitCode', 'ID']);
const SHORT_ID_LENGTH = 12;

/**
 * A container that was removed before the engine could be asked about it, as far as the events of its start and its end
 * tell: its name, image, labels and exit code.
 */
export function containerOfLife({ start, end }: Life, { runtime }: { readonly runtime: string }): Container {
  const { id, attributes } = start;
  const exitCode = exitCodeOf(end);
  return {
    id,
    name: text(field(attributes, 'name')) ?? id.slice(0, SHORT_ID_LENGTH),
    runtime,
    image: parseImageReference(text(field(attributes, 'image')) ?? ''),
    labels: Object.fromEntries(Object.entries(parseLabels(attributes)).filter(([key]) => !NO_LABELS.has(key))),
    state: 'exited',
    startedAtMs: Math.floor(start.atMs),
    finishedAtMs: Math.floor(end.atMs),
    ...(exitCode !== undefined && { exitCode }),
    network: { kind: 'unknown' },
  };
}

function exitCodeOf({ attributes }: LifeEvent): number | undefined {
  const code = text(field(attributes, 'exitCode')) ?? text(field(attributes, 'containerExitCode'));
  return code !== undefined && /^\d{1,9}$/.test(code) ? Number(code) : undefined;
}
