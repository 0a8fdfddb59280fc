import { LIMITS, type OnLimit } from '../../limits.ts';
import type { DockerClient } from './client.ts';
import { failureOf } from './failure.ts';
import { field, text } from './json.ts';

/** Under which digests registries know an image. Optional: that it cannot be known never costs a container anything. */
export type ImageDigests = {
  /** Never rejects. Undefined where the engine does not say; asked once for each image. */
  of(imageId: string): Promise<readonly string[] | undefined>;
};

export type ImageDigestsOptions = {
  readonly client: Pick<DockerClient, 'inspectImage'>;
  readonly onLimit: OnLimit;
  readonly now: () => number;
};

/** Images whose digests are remembered; beyond it the oldest is forgotten. */
const MAX_IMAGES = LIMITS.images.max;
const MAX_DIGESTS = LIMITS.imageDigests.max;
/** After a failure no image is asked for, so that a slow engine does not hold up every new container. */
const PAUSE_MS = 60_000;

export function createImageDigests({ client, onLimit, now }: ImageDigestsOptions): ImageDigests {
  /** Promises, since several containers of one image are looked at at once. */
  const known = new Map<string, Promise<readonly string[] | undefined>>();
  let pausedUntilMs = 0;

  async function ask(imageId: string): Promise<readonly string[] | undefined> {
    try {
      return parseDigests(await client.inspectImage(imageId), onLimit);
    } catch (error) {
      // An image may be removed while its containers run on.
      if (failureOf(error).httpStatus === 404) return [];
      pausedUntilMs = now() + PAUSE_MS;
      known.delete(imageId);
      return undefined;
    }
  }

  return {
    of(imageId) {
      const asked = known.get(imageId);
      if (asked) return asked;
      if (now() < pausedUntilMs) return Promise.resolve(undefined);
      const answer = ask(imageId);
      if (known.size >= MAX_IMAGES) known.delete(known.keys().next().value!);
      known.set(imageId, answer);
      return answer;
    },
  };
}

function parseDigests(document: unknown, onLimit: OnLimit): readonly string[] {
  const digests = field(document, 'RepoDigests');
  if (!Array.isArray(digests)) return [];
  if (digests.length > MAX_DIGESTS) onLimit('imageDigests', digests.length - MAX_DIGESTS);
  return digests.slice(0, MAX_DIGESTS).flatMap((digest) => text(digest) ?? []);
}
