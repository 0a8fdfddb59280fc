import { formatProblem } from './problem.ts';
import type { Environment } from './process-environment.ts';
import { DECLARATIONS } from './schema.ts';
import type { Setting } from './setting.ts';
import { findNearest } from './suggestion.ts';

const PREFIX = 'PLIMSOLL_';
/** Names the file. */
export const FILE_VARIABLE = 'PLIMSOLL_CONFIG';
/** Kubernetes sets such variables in every pod beside a Service named `plimsoll` or `plimsoll-…`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The PLIMSOLL_ variables that are set, an empty one being unset, as the texts they are. */
export function readOwnEnvironment(env: Environment): readonly Setting[] {
  return [...DECLARATIONS.values()].flatMap(({ key, variable }) => {
    const text = env[variable];
    return text === undefined || text === '' ? [] : [{ key, value: text, origin: variable }];
  });
}

/** Variables that look like ours and are none: a warning each, since others may have reason to set them. */
export function findUnknownVariables(env: Environment): readonly string[] {
  const known = [FILE_VARIABLE, ...[...DECLARATIONS.values()].map(({ variable }) => variable)];
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !SERVICE_LINK.test(name))
    .map((name) => {
      const containing = known.find((candidate) => candidate.includes(name.slice(PREFIX.length)));
      const suggestion = findNearest(name, known) ?? containing;
      return formatProblem({ origin: name, wrong: 'unknown variable, ignored', suggestion });
    });
}
