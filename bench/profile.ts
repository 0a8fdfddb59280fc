import { writeFile } from 'node:fs/promises';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { createHerd } from './herd/herd.ts';
import type { Plan } from './plan.ts';
import { profileText, summarizeProfile } from './profile-summary.ts';
import { createSink } from './sink.ts';
import { profileCycles } from './special-runs.ts';

const TOP = 15;

/** Profiles the agent's cycles over a herd, writes the profile and answers where the time went. */
export async function profileHerd(
  plan: Plan,
  file: string,
  { releasers, cgroupPath }: { readonly releasers: Releasers; readonly cgroupPath: string },
): Promise<string> {
  const herd = await createHerd({ ...plan, releasers, cgroupPath, network: true });
  const sink = await createSink(releasers);
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const profile = await profileCycles({ releasers, herd: address, sink, intervalMs: plan.intervalMs }, plan);
  await writeFile(file, profile);
  return profileText(summarizeProfile(JSON.parse(profile)), TOP);
}
