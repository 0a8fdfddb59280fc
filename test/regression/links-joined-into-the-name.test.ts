import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { openMadeHost } from './made-host.ts';

/*
 * S13 of the 2021 program: it joined all names of the list. By those of links, other containers call this one: a container
 * was renamed whenever another was linked to it. A container's name is its primary one.
 */

const LISTED = [{ Id: containerId('a1'), Names: ['/shop/database', '/db'], State: 'running' }];

const oldWay = (listed: typeof LISTED): string => listed[0]!.Names.join('').replace(/^\//, '');

it('a container that others are linked to has one name, its own', async () => {
  const host = await openMadeHost({ containers: [inspectDocument({ id: 'a1', name: 'db' })] });
  host.engine.setFaults({ path: /containers\/json$/, body: JSON.stringify(LISTED) });
  expect((await host.discovered()).map(({ name }) => name)).toEqual(['db']);
  expect(oldWay(LISTED)).toBe('shop/database/db');
});
