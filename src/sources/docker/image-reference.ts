import type { ContainerImage } from '../container.ts';

type ImageReference = Pick<ContainerImage, 'name' | 'tags'>;

const DIGEST = /@[A-Za-z0-9_+.-]+:[0-9a-fA-F]+$/;
const IMAGE_ID = /^(?:sha256:)?([0-9a-f]{64})$/;
const SHORT_IMAGE_ID = /^[0-9a-f]{6,63}$/;

/**
 * Splits what a container was started from (`Config.Image`) into repository and tag; a digest belongs to neither.
 * A container started by image identifier, whole or shortened, has no image name: `imageId` tells a shortened
 * identifier from a repository whose name looks like one. Without tag and digest the engine took `latest`.
 */
export function parseImageReference(reference: string, imageId?: string): ImageReference {
  if (reference === '' || isImageId(reference, imageId)) return { tags: [] };
  const withoutDigest = reference.replace(DIGEST, '');
  const hasDigest = withoutDigest !== reference;
  // A colon before the last slash is that of a registry's port.
  const colon = withoutDigest.indexOf(':', withoutDigest.lastIndexOf('/') + 1);
  const name = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  const tag = colon < 0 ? '' : withoutDigest.slice(colon + 1);
  if (name === '') return { tags: [] };
  if (tag !== '') return { name, tags: [tag] };
  return { name, tags: hasDigest ? [] : ['latest'] };
}

function isImageId(reference: string, imageId: string | undefined): boolean {
  if (IMAGE_ID.test(reference)) return true;
  if (!SHORT_IMAGE_ID.test(reference) || imageId === undefined) return false;
  return imageId.replace('sha256:', '').startsWith(reference);
}
