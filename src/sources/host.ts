import { readFileSync } from 'node:fs';
import { detectResources, hostDetector } from '@opentelemetry/resources';

/** Attributes `host.*` of the host whose containers are measured. */
export type HostAttributes = Readonly<Record<string, string>>;

/**
 * What the SDK's detector says of the system we run in; where the host's root is mounted elsewhere, its name and its
 * machine id are read there instead, for ours would be the agent container's.
 */
export async function detectHost(root: string): Promise<HostAttributes> {
  const resource = detectResources({ detectors: [hostDetector] });
  await resource.waitForAsyncAttributes?.();
  const detected = Object.entries(resource.attributes).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const host: Record<string, string> = Object.fromEntries(detected);
  if (root.replace(/\/+$/, '') === '') return host;
  const name = firstLine(`${root}/etc/hostname`);
  const id = firstLine(`${root}/etc/machine-id`);
  const { 'host.name': ownName, 'host.id': _ownId, ...rest } = host;
  return { ...rest, 'host.name': name ?? ownName ?? 'unknown', ...(id !== undefined && { 'host.id': id }) };
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() || undefined;
  } catch (error) {
    // A host without the file, or one whose root is not mounted whole.
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
