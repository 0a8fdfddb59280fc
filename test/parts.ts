import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { collectorPath } from './e2e/parts/cache.ts';

const PART_TIMEOUT_MS = 10_000;

/** Each answers `here`, or why it is not. */
const PARTS = {
  linux: () => (process.platform === 'linux' ? 'here' : `this is ${process.platform}, not Linux`),
  root: () => (process.getuid?.() === 0 ? 'here' : 'not root'),
  cgroupV1: () => (existsSync('/sys/fs/cgroup/pids/cgroup.procs') ? 'here' : 'no cgroup v1'),
  docker: () => answers('docker', ['version', '--format', '{{.Server.Version}}'], 'no Docker engine that answers'),
  dockerd: () => answers('dockerd', ['--version'], 'no dockerd'),
  collector: () => (existsSync(collectorPath()) ? 'here' : 'no Collector: run scripts/build-collector.sh'),
  fleetCollector: () =>
    existsSync(collectorPath('fleet-builder.yaml'))
      ? 'here'
      : 'no Collector of a fleet: run scripts/build-collector.sh fleet-builder.yaml',
  prometheus: () => answers('prometheus', ['--version'], 'no prometheus'),
  chromium: () => answers('chromium', ['--version'], 'no chromium'),
  systemd: () => answers('systemd-analyze', ['--version'], 'no systemd-analyze'),
  systemdNotify: () => answers('systemd-notify', ['--version'], 'no systemd-notify'),
  loopMount: () =>
    existsSync('/dev/loop-control')
      ? answers('mkfs.ext4', ['-V'], 'no mkfs.ext4 (Debian: e2fsprogs)')
      : 'no loop devices',
  userModeLinux: () => answers('linux.uml', ['--version'], 'no linux.uml (Debian: user-mode-linux)'),
  gcc: () => answers('gcc', ['--version'], 'no gcc'),
  busybox: () => (existsSync('/bin/busybox') ? 'here' : 'no /bin/busybox (Debian: busybox-static)'),
} satisfies Record<string, () => string>;

export type PartName = keyof typeof PARTS;

function answers(command: string, args: readonly string[], otherwise: string): string {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'], timeout: PART_TIMEOUT_MS });
    return 'here';
  } catch {
    return otherwise;
  }
}

/** `here`, or the reason why this part cannot be used on this machine. */
export function part(name: PartName): string {
  return PARTS[name]();
}

export function isCi(): boolean {
  return process.env['CI'] === 'true' || process.env['CI'] === '1';
}

/**
 * A suite that needs real parts. With all of them it is an ordinary `describe`. Where one is missing it is a failure in CI;
 * on a user's machine the suite is left out, and left-out-reporter.ts says so at the end of the run.
 */
export function describeWith(parts: readonly PartName[], name: string, suite: () => void): void {
  const missing = parts.map(part).filter((reason) => reason !== 'here');
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = missing.join(', ');
  describe(name, () => {
    it('has the real parts it needs', ({ skip }) => {
      if (isCi()) throw new Error(`cannot run "${name}": ${reason}; .ci/run installs and starts what is missing`);
      skip(reason);
    });
  });
}
