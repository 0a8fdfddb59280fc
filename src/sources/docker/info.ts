import type { DockerClient } from './client.ts';
import { field, text } from './json.ts';
import type { EngineVersion } from './version.ts';

export type EngineInfo = {
  /** The engine's own identifier (`Info.ID`), stable over restarts. */
  readonly id?: string;
  /** Host name as the engine has it. */
  readonly name?: string;
  readonly version?: string;
  readonly runtime: string;
};

/** Asks `GET /info` on first use and keeps the answer; undefined while the engine is away or refuses to say. */
export function createInfo(
  client: DockerClient,
  version: () => EngineVersion | undefined,
): () => Promise<EngineInfo | undefined> {
  let answer: EngineInfo | undefined;
  return async () => {
    if (answer !== undefined) return answer;
    try {
      const document = await client.info();
      const id = text(field(document, 'ID'));
      const name = text(field(document, 'Name'));
      const serverVersion = version()?.engineVersion ?? text(field(document, 'ServerVersion'));
      answer = {
        ...(id !== undefined && { id }),
        ...(name !== undefined && { name }),
        ...(serverVersion !== undefined && { version: serverVersion }),
        runtime: version()?.runtime ?? 'docker',
      };
      return answer;
    } catch {
      // Nothing depends on it: the next call asks again, and the status says when the engine is away.
      return undefined;
    }
  };
}
