import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAgent } from '../e2e/parts/agent.ts';
import type { Child } from '../e2e/parts/child.ts';
import { processHolds } from '../e2e/parts/process-holds.ts';
import type { Releasers } from '../e2e/parts/releasers.ts';
import { createTempDir } from '../e2e/parts/temp-dir.ts';

export const INTERVAL_MS = 1_000;

/** A real agent with its outbox on a small disk. */
export type AgentSide = {
  start(): Promise<void>;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  reload(): void;
  pause(): void;
  resume(): void;
  /** Leaves less room on the disk than the outbox wants to leave to others. */
  fillDisk(): void;
  emptyDisk(): void;
  /** Looks at what it holds, and whether it is still there. */
  look(): void;
  /** The most that any of its processes has held. */
  most(): { readonly residentBytes: number; readonly fileDescriptors: number };
};

export type AgentSideOptions = {
  readonly releasers: Releasers;
  readonly hostRoot: string;
  readonly engineHost: string;
  readonly endpoint: string;
  readonly onViolation: (text: string) => void;
};

const DISK = '64m';
/** The outbox leaves 16 MiB free. */
const LEFT_BYTES = 8 * 1024 * 1024;
const MOST_RESIDENT_BYTES = 300 * 1024 * 1024;
/** Files of containers stay open between cycles. */
const MOST_FILE_DESCRIPTORS = 150;
const isBad = (line: string): boolean => line.includes('"level":60') || line.includes('\u001b');

export async function createAgentSide(options: AgentSideOptions): Promise<AgentSide> {
  const { releasers, onViolation } = options;
  const disk = await createTempDir(releasers);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]);
  releasers.add('disk', () => void execFileSync('umount', [disk]));
  const [filler, state] = [join(disk, 'filler'), await createTempDir(releasers)];
  const most = { residentBytes: 0, fileDescriptors: 0 };
  let agent: Child | undefined;

  const start = async (): Promise<void> => {
    agent = await startAgent({
      releasers,
      // Few metrics: what arrives is remembered, so that it is known again.
      config: {
        collection: { intervalMs: INTERVAL_MS },
        status: { enabled: false },
        docker: { timeoutMs: INTERVAL_MS / 2 },
        push: { timeoutMs: 2_000 },
        metrics: { disk: { enabled: false }, network: { enabled: false }, pressure: { enabled: false } },
      },
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: options.endpoint,
        DOCKER_HOST: options.engineHost,
        PLIMSOLL_HOST_ROOT: options.hostRoot,
        PLIMSOLL_OUTBOX_DIRECTORY: join(disk, 'outbox'),
        PLIMSOLL_STATE_DIRECTORY: join(state, 'state'),
      },
    });
  };

  return {
    start,
    async stop(signal) {
      const { code } = (await agent!.stop({ signal })) ?? {};
      if (signal === 'SIGTERM' && code !== 0) onViolation(`the agent ended with ${code}: ${agent!.stderr.slice(-5)}`);
      agent = undefined;
    },
    reload: () => agent!.signal('SIGHUP'),
    pause: () => agent!.signal('SIGSTOP'),
    resume: () => agent!.signal('SIGCONT'),
    fillDisk() {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - LEFT_BYTES)));
    },
    emptyDisk: () => rmSync(filler, { force: true }),
    look() {
      if (!agent) return;
      if (agent.hasExited()) {
        onViolation(`the agent has ended by itself: ${agent.stderr.slice(-5).join('\n')}`);
        return;
      }
      const bad = agent.stderr.find(isBad);
      if (bad !== undefined) onViolation(`the agent said ${bad}`);
      const holds = processHolds(agent.pid);
      most.residentBytes = Math.max(most.residentBytes, holds.residentBytes);
      most.fileDescriptors = Math.max(most.fileDescriptors, holds.fileDescriptors);
      if (holds.residentBytes > MOST_RESIDENT_BYTES || holds.fileDescriptors > MOST_FILE_DESCRIPTORS)
        onViolation(`the agent holds ${JSON.stringify(holds)}`);
    },
    most: () => most,
  };
}
