import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseImageReference } from '../../../src/sources/docker/image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('splits a reference into name and tag', () => {
  expect(parseImageReference('redis')).toEqual({ name: 'redis', tags: ['latest'] });
  expect(parseImageReference('redis:7-alpine')).toEqual({ name: 'redis', tags: ['7-alpine'] });
  expect(parseImageReference('docker.io/library/redis:7')).toEqual({ name: 'docker.io/library/redis', tags: ['7'] });
});

test('takes the port of a registry for no tag', () => {
  expect(parseImageReference('registry:5000/app')).toEqual({ name: 'registry:5000/app', tags: ['latest'] });
  expect(parseImageReference('registry:5000/app:1')).toEqual({ name: 'registry:5000/app', tags: ['1'] });
  expect(parseImageReference('[::1]:5000/app:1')).toEqual({ name: '[::1]:5000/app', tags: ['1'] });
});

test('leaves the digest out and guesses no tag beside it', () => {
  expect(parseImageReference(`registry:5000/team/app:1.2@${DIGEST}`)).toEqual({
    name: 'registry:5000/team/app',
    tags: ['1.2'],
  });
  expect(parseImageReference(`app@${DIGEST}`)).toEqual({ name: 'app', tags: [] });
});

test('finds no name in an image identifier, whole or shortened', () => {
  expect(parseImageReference(DIGEST)).toEqual({ tags: [] });
  expect(parseImageReference('a'.repeat(64))).toEqual({ tags: [] });
  expect(parseImageReference('aaaaaaaaaaaa', DIGEST)).toEqual({ tags: [] });
  expect(parseImageReference('decade', DIGEST)).toEqual({ name: 'decade', tags: ['latest'] });
  expect(parseImageReference('')).toEqual({ tags: [] });
});

test('puts together what it took apart', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8})?$/);
  const registry = fc.option(fc.stringMatching(/^[a-z]{1,9}\.[a-z]{2,3}(?::[0-9]{2,5})?$/));
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/));
  fc.assert(
    fc.property(
      registry,
      fc.array(part, { minLength: 1, maxLength: 3 }),
      tag,
      fc.boolean(),
      (host, path, label, pin) => {
        const name = [...(host === null ? [] : [host]), ...path].join('/');
        const reference = `${name}${label === null ? '' : `:${label}`}${pin ? `@${DIGEST}` : ''}`;
        const tags = label !== null ? [label] : pin ? [] : ['latest'];
        expect(parseImageReference(reference)).toEqual({ name, tags });
      },
    ),
  );
});

test('never throws and never gives an empty name or tag', () => {
  const characters = fc.string({ unit: fc.constantFrom('a', '0', ':', '@', '/', '.', 'sha256:', '\u0000', '\ud800') });
  fc.assert(
    fc.property(characters, fc.option(characters, { nil: undefined }), (reference, imageId) => {
      const { name, tags } = parseImageReference(reference, imageId);
      expect(name === undefined || name.length > 0).toBe(true);
      expect(tags.every((tag) => tag.length > 0)).toBe(true);
    }),
  );
});
