import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { attributeOf, resourceOf } from '../golden/request.ts';
import { openMadeHost } from './made-host.ts';

/*
 * cadvisor#2465: labels, variables and arguments of containers went out with every series unless that was switched off, and
 * with them passwords. Only labels that are asked for are sent; arguments and variables are never even kept.
 */

const DOCUMENT = inspectDocument({ id: 'a1', name: 'web', labels: { team: 'shop', token: 'hunter2' } });

const oldWay = ({ Config, Args }: typeof DOCUMENT): string => JSON.stringify({ ...Config.Labels, args: Args });

it('what was not asked for is not sent', async () => {
  const settings = { 'containers.labels': ['team'], 'resource.containerCommand': true };
  const host = await openMadeHost({ containers: [DOCUMENT], settings });
  const request = await host.cycle();
  expect(attributeOf(resourceOf(request, 'web'), 'container.label.team')).toBe('shop');
  expect(attributeOf(resourceOf(request, 'web'), 'container.command')).toBe('server');
  expect(JSON.stringify(request)).not.toMatch(/hunter2|secret/);
  expect(oldWay(DOCUMENT)).toMatch(/hunter2.*secret/);
});
