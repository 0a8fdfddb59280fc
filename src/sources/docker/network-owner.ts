import type { Container } from '../container.ts';
import type { DockerClient } from './client.ts';
import { failureOf } from './failure.ts';
import { isContainerId } from './inspect.ts';
import type { Inventory } from './inventory.ts';
import { field } from './json.ts';

const FULL_ID = /^[0-9a-f]{64}$/;
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

/**
 * Makes an identifier of the name in `container:NAME`, asking the engine only where the name is not known here;
 * `unknown` where the engine has no such container. Rejects when the engine is away.
 */
export async function withNetworkOwner(
  container: Container,
  { client, inventory }: { readonly client: DockerClient; readonly inventory: Inventory },
): Promise<Container> {
  const { network } = container;
  if (network.kind !== 'container' || FULL_ID.test(network.containerId)) return container;
  const containerId = inventory.find(network.containerId)?.id ?? (await askId(client, network.containerId));
  return { ...container, network: containerId ? { kind: 'container', containerId } : { kind: 'unknown' } };
}

async function askId(client: DockerClient, reference: string): Promise<string | undefined> {
  if (!REFERENCE.test(reference)) return undefined;
  try {
    const id = field(await client.inspect(reference), 'Id');
    return isContainerId(id) ? id : undefined;
  } catch (error) {
    if (failureOf(error).httpStatus === undefined) throw error;
    return undefined;
  }
}
