import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { containerId, type InspectDocument, inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';
import { describeWith } from '../parts.ts';
import { createTimedCycles, type TimedCycle, type TimedCycles } from './load/timed-cycles.ts';
import { startCollector } from './parts/collector.ts';
import type { TestContainer } from './parts/docker.ts';
import { type Engine, startEngine } from './parts/engine.ts';
import { type Images, importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const OTHERS = 12;
/** In which an engine may be waited for once: half of the interval. */
const MEETING_MS = 1_000;

describeWith(
  ['linux', 'root', 'docker', 'dockerd', 'busybox', 'gcc'],
  'a container that does too much of a thing',
  () => {
    let releasers: Releasers;
    let engine: Engine;
    let images: Images;
    let cycles: TimedCycles;

    beforeEach(async () => {
      releasers = createReleasers();
      engine = await startEngine(releasers);
      images = await importImages(engine.host);
      for (let other = 0; other < OTHERS; other++)
        await engine.docker.run({ image: images.programs, command: ['fork-children', '3', '0', '0'] });
      cycles = await createTimedCycles(releasers, { DOCKER_HOST: engine.host, PLIMSOLL_CONTAINERS_LABELS: '*' });
      // Until there is machine code.
      for (let warming = 0; warming < 10; warming++) await cycles.fastest();
    });
    afterEach(() => releasers.release());

    /** Before, with and after the trouble, so that what else the machine does is no difference. */
    async function measure(trouble: TestContainer, begin: () => Promise<void> | void): Promise<TimedCycle> {
      const before = await cycles.fastest(trouble.id);
      await begin();
      const during = await cycles.fastest(trouble.id);
      await engine.docker.remove(trouble.id);
      await waitFor('it is gone', async () => (await cycles.fastest()).containers === OTHERS || undefined, {
        timeoutMs: 10_000,
      });
      const after = await cycles.fastest();
      expectWithinTwice({ before, during, after });
      return during;
    }

    /** The time that the others take, and the time after which their values are there. */
    function expectWithinTwice({ before, during, after }: Record<'before' | 'during' | 'after', TimedCycle>): void {
      for (const time of ['othersMs', 'wallMs'] as const)
        expect(
          during[time] / Math.max(before[time], after[time]),
          `${time}: ${JSON.stringify({ before, during, after })}`,
        ).toBeLessThan(2);
    }

    it('5,000 processes, of which some fork and die all the time, cost the others nothing', async () => {
      // What a fork bomb may do on a host that bounds it: so many processes, and a part of a processor.
      const flags = ['--pids-limit', '5100', '--cpus', '0.5'];
      const forking = 'while :; do for n in 1 2 3 4 5; do (exit 0) & done; wait; done';
      const trouble = await engine.docker.run({ image: images.programs, flags, command: ['sh', '-c', forking] });
      const begin = async () => {
        await engine.docker.docker(['exec', '--detach', trouble.id, 'fork-children', '5000', '0', '0']);
        const isThere = async () => (await cycles.fastest(trouble.id)).processes > 5000 || undefined;
        await waitFor('5,000 processes', isThere, { timeoutMs: 60_000 });
      };
      await measure(trouble, begin);
    });

    it('2,000 interfaces cost the others nothing, and the first 512 are measured', async () => {
      const trouble = await engine.docker.run({
        image: images.busybox,
        flags: ['--network', 'none'],
        command: ['sleep', '1000'],
      });
      const during = await measure(trouble, async () => {
        const batch = join(await createTempDir(releasers), 'links');
        // Pairs, because bridges take the kernel half a minute to remove, in which no engine starts.
        const pairs = Array.from({ length: 1000 }, (_, n) => `link add one${n} type veth peer name other${n}\n`);
        writeFileSync(batch, pairs.join(''));
        execFileSync('nsenter', ['--target', String(trouble.pid), '--net', 'ip', '-batch', batch]);
      });
      expect(during.troublePoints).toBeGreaterThan(8 * 512);
      expect([...cycles.limits().keys()]).toContain('interfaces');
    });

    it('10,000 labels cost the others nothing', async () => {
      const file = join(await createTempDir(releasers), 'labels');
      writeFileSync(file, Array.from({ length: 10_000 }, (_, n) => `l${n}=x\n`).join(''));
      const trouble = await engine.docker.run({
        image: images.busybox,
        flags: ['--label-file', file],
        command: ['sleep', '1000'],
      });
      await measure(trouble, () => undefined);
      expect([...cycles.limits().keys()].sort()).toEqual(['labelAttributes', 'labels']);
    });

    const inspect = async (ids: readonly string[]): Promise<InspectDocument[]> =>
      JSON.parse(await engine.docker.docker(['inspect', ...ids]));

    /** An engine that says of the others what the real one does, and of more what no real one takes. */
    async function startFake(): Promise<FakeDockerEngine> {
      const fake = await createFakeDockerEngine();
      releasers.add('fake engine', fake.close);
      const ids = (await engine.docker.docker(['ps', '--quiet', '--no-trunc'])).split('\n');
      for (const document of await inspect(ids)) fake.addOld(document);
      cycles = await createTimedCycles(releasers, { DOCKER_HOST: fake.host, PLIMSOLL_CONTAINERS_LABELS: '*' });
      for (let warming = 0; warming < 5; warming++) await cycles.fastest();
      return fake;
    }

    it('names and labels of anything cost the others nothing', async () => {
      const fake = await startFake();
      const before = await cycles.fastest();
      const labels = Object.fromEntries(ODD_TEXTS.map((text) => [text, text]));
      const { id } = await engine.docker.run({ image: images.busybox, command: ['sleep', '1000'] });
      const [trouble] = await inspect([id]);
      for (const name of ODD_TEXTS) {
        fake.add({ ...trouble!, Name: `/${name}`, Config: { Image: name, Labels: labels } });
        const isNamed = async () => (await cycles.next(id)).troublePoints > 0 || undefined;
        await waitFor(`it is called ${JSON.stringify(name.slice(0, 20))}`, isNamed, { timeoutMs: 10_000 });
        expectWithinTwice({ before, during: await cycles.fastest(id), after: before });
      }
    });

    it('10,000 labels of 64 kB each, as no engine here takes them, cost the others nothing', async () => {
      const fake = await startFake();
      const before = await cycles.fastest();

      const { id } = await engine.docker.run({ image: images.busybox, command: ['sleep', '1000'] });
      const [trouble] = await inspect([id]);
      const [whole, listed] = [JSON.stringify(trouble), JSON.stringify([{ Id: id, State: 'running', Labels: {} }])];
      fake.setFaults({ path: new RegExp(`/${id}/json`), pieces: () => withLabels(whole) });
      // Its events are as long as its labels.
      fake.add({ ...trouble!, Config: { ...trouble!.Config, Labels: { l: 'x'.repeat(1_000_000) } } });
      const meeting = await waitFor(
        'it is found',
        async () => {
          const cycle = await cycles.next(id);
          return cycle.troublePoints > 0 ? cycle : undefined;
        },
        { timeoutMs: 10_000 },
      );
      const during = await cycles.fastest(id);
      expectWithinTwice({ before, during, after: await cycles.fastest(id) });
      expect(meeting.wallMs, 'the one cycle that meets it').toBeLessThan(MEETING_MS);
      const limits = [...cycles.limits().keys()];
      expect(limits).toEqual(expect.arrayContaining(['engineAnswer', 'engineText', 'eventLine', 'labelAttributes']));

      // A list with all of it, which is passed over; nothing of it is kept.
      const heldBytes = process.memoryUsage.rss();
      fake.setFaults(
        { path: new RegExp(`/${id}/json`), pieces: () => withLabels(whole) },
        { path: /containers\/json/, pieces: () => withLabels(listed) },
      );
      fake.cutEvents();
      await waitFor(
        'the list is asked for',
        async () => {
          await cycles.next(id);
          return fake.requests.filter((request) => request.includes('/containers/json')).length > 1 || undefined;
        },
        { timeoutMs: 20_000 },
      );
      const relisted = await waitFor(
        'it is known again',
        async () => {
          const cycle = await cycles.next(id);
          return cycle.containers === OTHERS + 1 ? cycle : undefined;
        },
        { timeoutMs: 20_000 },
      );
      expect(relisted.troublePoints).toBeGreaterThan(0);
      expect(process.memoryUsage.rss() - heldBytes).toBeLessThan(200_000_000);
    });
  },
);

/** 640 MB of labels, put where a document has its own, piece by piece: no program could hold them in one text. */
function* withLabels(document: string): Iterable<Buffer> {
  const at = document.indexOf('"Labels":{') + '"Labels":{'.length;
  yield Buffer.from(document.slice(0, at));
  const value = 'x'.repeat(64 * 1024);
  for (let label = 0; label < 10_000; label++) yield Buffer.from(`${label === 0 ? '' : ','}"l${label}":"${value}"`);
  yield Buffer.from(document.slice(at).replace(/^"/, ',"'));
}

/** What an engine of today refuses as a name, and what it takes as a label. */
const ODD_TEXTS = [
  'line\nbreak\r\n',
  '\u001b[31mred\u001b[0m \u009b2J',
  'nul\u0000nul',
  'half \ud800',
  'turned \u202e',
  '"},{"',
  '../../../etc/passwd',
  '%s%n{}',
  'x'.repeat(100_000),
  '__proto__',
];
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const PATIENCE = { timeoutMs: 20 * INTERVAL_MS };

describeWith(['linux', 'collector'], 'containers that are called anything', () => {
  const releasers = createReleasers();
  afterEach(() => releasers.release());

  for (const protocol of ['http/protobuf', 'http/json']) {
    it(`are measured like any other, and steer no terminal (${protocol})`, async () => {
      const fake = await createFakeDockerEngine();
      releasers.add('fake engine', fake.close);
      fake.add(inspectDocument({ id: 'f0', name: 'plain' }));
      ODD_TEXTS.forEach((name, at) => {
        const labels = Object.fromEntries(ODD_TEXTS.map((text) => [text, text]));
        fake.add(inspectDocument({ id: `a${at}`, name, image: name, labels }));
      });
      fake.add(inspectDocument({ id: 'b1', name: 'of an odd state', status: ODD_TEXTS[1]! }));
      const raw = JSON.stringify(inspectDocument({ id: 'c1', name: 'raw???' })).split('???');
      const broken = Buffer.concat([Buffer.from(raw[0]!), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(raw[1]!)]);
      fake.add(inspectDocument({ id: 'c1' }));
      fake.setFaults({ path: new RegExp(containerId('c1')), body: broken });

      const collector = await startCollector({ releasers });
      const { agent } = await startQuickAgent(releasers, {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        DOCKER_HOST: fake.host,
        PLIMSOLL_CONTAINERS_LABELS: '*',
        PLIMSOLL_LOG_FORMAT: 'pretty',
      });
      const wanted = ['f0', 'c1', ...ODD_TEXTS.map((_, at) => `a${at}`)].map(containerId);
      const measuredFrom = async (fromSeconds: number) => {
        const points = pointsOf(await collector.received()).filter(
          ({ metric, timeSeconds }) => metric === 'container.uptime' && timeSeconds > fromSeconds,
        );
        const ids = new Set(points.map(({ resource }) => resource['container.id']));
        return wanted.every((id) => ids.has(id)) ? points : undefined;
      };
      const points = await waitFor('all of them', () => measuredFrom(0), PATIENCE);
      const names = new Map(points.map(({ resource }) => [resource['container.id'], resource['container.name']]));
      expect(names.get(containerId('a0'))).toBe(ODD_TEXTS[0]);
      expect(names.get(containerId('a3'))).toBe('half \ufffd');
      expect(names.get(containerId('c1'))).toBe('raw\ufffd\ufffd(');

      fake.setFaults({ status: 500, body: JSON.stringify({ message: ODD_TEXTS.slice(0, 6).join('') }) });
      fake.cutEvents();
      await agent.waitForLine(/engine is away/, PATIENCE);
      await waitFor('all of them still', () => measuredFrom(Date.now() / 1000 - INTERVAL_MS / 1000), PATIENCE);
      expect(agent.stderr.filter((line) => CONTROL.test(line))).toEqual([]);
      expect(agent.stderr.filter((line) => /ERROR|FATAL/.test(line))).toEqual([]);
      expect(agent.stderr.join(), 'it does speak of them').toMatch(/\[31mred/);
    });
  }
});
