/** The part of an inspect document that tests care about. All keys are Docker's own. */
export type InspectDocument = {
  Id: string;
  Name: string;
  Created: string;
  Path: string;
  Args: string[];
  Image: string;
  RestartCount: number;
  State: {
    Status: string;
    Running: boolean;
    Paused: boolean;
    Restarting: boolean;
    Pid: number;
    StartedAt: string;
    FinishedAt: string;
    ExitCode: number;
    OOMKilled: boolean;
    Health?: { Status: string };
  };
  Config: { Image: string; Labels: Record<string, string> };
  HostConfig: { NetworkMode: string };
  SizeRw?: number;
};

export type InspectOptions = {
  /** Short names are stretched to 64 hexadecimal digits by `containerId`. */
  readonly id: string;
  readonly name?: string;
  readonly image?: string;
  readonly status?: string;
  readonly pid?: number;
  readonly startedAt?: string;
  readonly createdAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  readonly labels?: Record<string, string>;
  readonly networkMode?: string;
};

/** How the engine writes that something did not happen. */
const NEVER = '0001-01-01T00:00:00Z';

/** A full identifier that starts with the digits given. */
export function containerId(digits: string): string {
  return digits.padEnd(64, '0');
}

/** What `GET /containers/{id}/json` answers for a container, with the values that matter to a test. */
export function inspectDocument(options: InspectOptions): InspectDocument {
  const status = options.status ?? 'running';
  const isAlive = ['running', 'paused', 'restarting'].includes(status);
  return {
    Id: containerId(options.id),
    Name: `/${options.name ?? `container-${options.id}`}`,
    Created: options.createdAt ?? '2024-05-06T07:08:08.5Z',
    Path: 'server',
    Args: ['--password=secret'],
    Image: `sha256:${'5'.repeat(64)}`,
    RestartCount: 0,
    State: {
      Status: status,
      Running: isAlive,
      Paused: status === 'paused',
      Restarting: status === 'restarting',
      Pid: isAlive ? (options.pid ?? 4242) : 0,
      StartedAt: options.startedAt ?? (status === 'created' ? NEVER : '2024-05-06T07:08:09.123456789Z'),
      FinishedAt: options.finishedAt ?? NEVER,
      ExitCode: options.exitCode ?? 0,
      OOMKilled: false,
    },
    Config: { Image: options.image ?? 'redis:7-alpine', Labels: options.labels ?? {} },
    HostConfig: { NetworkMode: options.networkMode ?? 'default' },
  };
}
