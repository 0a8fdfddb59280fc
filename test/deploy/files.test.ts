import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DECLARATIONS } from '../../src/config/schema.ts';
import { outboxDirectories } from '../../src/config/state-directories.ts';
import { load } from '../config/load-fixture.ts';
import { collectorPath } from '../e2e/parts/cache.ts';
import { describeWith } from '../parts.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url).pathname;
const YAML_FILES = [
  'compose.yaml',
  'otel-collector.yaml',
  'prometheus.yaml',
  'kubernetes/daemonset.yaml',
  'kubernetes/sidecar.yaml',
  'fleet/load-balancer.yaml',
  'fleet/gateway.yaml',
  'fleet/to-kafka.yaml',
  'fleet/from-kafka.yaml',
];

/** Where the agent's files are unless they are configured elsewhere. */
const OUTBOX = outboxDirectories(load().config, {})[0]!;

const text = (file: string): string => readFileSync(join(DEPLOY, file), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: documents of other programs' schemas.
function documents(file: string): any[] {
  return parseAllDocuments(text(file)).map((document) => {
    expect(document.errors, file).toEqual([]);
    return document.toJS();
  });
}

it.each(YAML_FILES)('%s is YAML without a key given twice', (file) => {
  expect(documents(file).length).toBeGreaterThan(0);
});

it.each([...YAML_FILES, 'Dockerfile', 'systemd/plimsoll.service'])(
  '%s names only variables of ours that exist',
  (file) => {
    const known = new Set([...DECLARATIONS.values()].map(({ variable }) => variable));
    const named = text(file).match(/PLIMSOLL_[A-Z_]+/g) ?? [];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  },
);

describe('compose.yaml', () => {
  const [compose] = documents('compose.yaml');

  it('gives the agent no privilege and no capability, and nothing to write but the volume of its outbox', () => {
    const { plimsoll } = compose.services;
    expect(plimsoll).toMatchObject({ cap_drop: ['ALL'], read_only: true, security_opt: ['no-new-privileges:true'] });
    expect(plimsoll).not.toHaveProperty('privileged');
    expect(plimsoll).not.toHaveProperty('cap_add');
    // biome-ignore lint/suspicious/noExplicitAny: a document of another program's schema.
    const isWritable = (volume: any): boolean =>
      typeof volume === 'string' ? !volume.endsWith(':ro') : !volume.read_only;
    expect(plimsoll.volumes.filter(isWritable)).toEqual([`plimsoll:${OUTBOX}`]);
    expect(compose.volumes).toHaveProperty('plimsoll');
  });

  it('publishes ports on the loopback only', () => {
    for (const { ports = [] } of Object.values<{ ports?: string[] }>(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe.each([
  ['daemonset.yaml', 'DaemonSet'],
  ['sidecar.yaml', 'Deployment'],
])('kubernetes/%s', (file, kind) => {
  const manifests = documents(`kubernetes/${file}`);
  const workload = manifests.find((manifest) => manifest.kind === kind);
  const pod = workload?.spec.template.spec;
  const agent = pod?.containers.find(({ name }: { name: string }) => name === 'plimsoll');

  it('is made of objects with a kind, a version and a name', () => {
    for (const { apiVersion, kind: each, metadata } of manifests) {
      expect([apiVersion, each, metadata.name].every((value) => typeof value === 'string')).toBe(true);
    }
    expect(workload.spec.selector.matchLabels).toEqual(workload.spec.template.metadata.labels);
  });

  it('runs the agent without a privilege and without a token', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(agent.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(agent.resources.limits.memory).toMatch(/Mi$/);
  });

  it('names the node of every series, by a variable that stands before its use', () => {
    const names: string[] = agent.env.map(({ name }: { name: string }) => name);
    const { value } = agent.env[names.indexOf('OTEL_RESOURCE_ATTRIBUTES')];
    expect(value).toContain('k8s.node.name=$(NODE_NAME)');
    for (const [, used] of value.matchAll(/\$\((\w+)\)/g)) {
      expect(names.slice(0, names.indexOf('OTEL_RESOURCE_ATTRIBUTES'))).toContain(used);
    }
  });

  it('mounts what it names, and read-only but for the outbox', () => {
    const volumes: string[] = pod.volumes.map(({ name }: { name: string }) => name);
    const mounts: { name: string; mountPath: string; readOnly?: boolean }[] = agent.volumeMounts;
    expect(mounts.map(({ name }) => name)).toEqual(volumes);
    const writable = mounts.filter(({ readOnly }) => !readOnly);
    expect(writable).toEqual([{ name: 'outbox', mountPath: OUTBOX }]);
    expect([pod.hostPID ?? false, pod.shareProcessNamespace ?? false]).toEqual(
      kind === 'DaemonSet' ? [true, false] : [false, true],
    );
  });
});

describe('kubernetes/daemonset.yaml', () => {
  const daemonSet = documents('kubernetes/daemonset.yaml').find(({ kind }) => kind === 'DaemonSet');
  const { initContainers, volumes, securityContext } = daemonSet.spec.template.spec;

  it("gives the node's folder of the outbox to the agent's user, with no right but that", () => {
    expect(volumes).toContainEqual({ name: 'outbox', hostPath: { path: OUTBOX, type: 'DirectoryOrCreate' } });
    expect(initContainers).toHaveLength(1);
    expect(initContainers[0].volumeMounts).toEqual([{ name: 'outbox', mountPath: OUTBOX }]);
    expect(initContainers[0].securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['CHOWN'] },
    });
    expect(initContainers[0].args[0]).toContain(`chownSync(folder, ${securityContext.runAsUser}, 0)`);
    expect(initContainers[0].args[0]).toContain(`'${OUTBOX}'`);
  });
});

describeWith(['collector'], 'otel-collector.yaml', () => {
  it('is valid for a real Collector', () => {
    execFileSync(collectorPath(), ['validate', '--config', join(DEPLOY, 'otel-collector.yaml')], { stdio: 'pipe' });
  });
});

describeWith(['fleetCollector'], 'fleet', () => {
  it.each(YAML_FILES.filter((file) => file.startsWith('fleet/')))('%s is valid for a real Collector', (file) => {
    const { stderr } = spawnSync(collectorPath('fleet-builder.yaml'), ['validate', '--config', join(DEPLOY, file)], {
      encoding: 'utf8',
    });
    // Also what is only deprecated is said here.
    expect(stderr).toBe('');
  });

  it('is not content with any file', () => {
    const args = ['validate', '--config', join(DEPLOY, 'compose.yaml')];
    expect(spawnSync(collectorPath('fleet-builder.yaml'), args).status).not.toBe(0);
  });
});

describeWith(['prometheus'], 'prometheus.yaml', () => {
  it('is valid for a real Prometheus', () => {
    execFileSync('promtool', ['check', 'config', join(DEPLOY, 'prometheus.yaml')], { stdio: 'pipe' });
  });
});

describeWith(['systemd'], 'systemd/plimsoll.service', () => {
  it('is valid for a real systemd, and leaves little open', () => {
    const dir = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
    try {
      const unit = join(dir, 'plimsoll.service');
      copyFileSync(join(DEPLOY, 'systemd/plimsoll.service'), unit);
      // The program itself is not installed here.
      writeFileSync(unit, readFileSync(unit, 'utf8').replace('/usr/local/bin/plimsoll', '/bin/true'));
      // Every complaint is on standard error, warnings with a status of 0 as well.
      const verify = `systemd-analyze verify "$1" 2>&1`;
      expect(execFileSync('bash', ['-c', verify, 'verify', unit], { encoding: 'utf8' })).toBe('');
      execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=25', unit], { stdio: 'pipe' });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
