import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import { createSelection } from '../cycle/selection.ts';
import type { Container } from '../sources/container.ts';

/** Tells of which containers all series have to end when one configuration takes the other's place. */
export function endsAtReload(before: Config, after: Config): (container: Container) => boolean {
  if (!isDeepStrictEqual(whatMakesSeries(before), whatMakesSeries(after))) return () => true;
  const select = createSelection(after.containers);
  return (container) => !select(container).measured;
}

/**
 * Everything but what is known to leave names, metrics and receivers as they are. Ending a series that goes on costs
 * nothing but a moment without a value; one that is not ended is shown for minutes after its last.
 */
function whatMakesSeries(config: Config): object {
  const {
    containers,
    collection: _c,
    docker: _d,
    log: _l,
    outbox: _o,
    shutdown: _h,
    state: _t,
    status: _s,
    ...rest
  } = config;
  return { ...rest, labels: containers.labels };
}
