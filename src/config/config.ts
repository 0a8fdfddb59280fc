import type { MetricFamily } from '../instruments/definition.ts';

/** Where values are pushed to: `push` itself, and each of `push.destinations`. */
export type Destination = {
  /** Full URL of the metrics endpoint; empty, which only that of `push` can be: none, or the embedded receiver. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** File with more headers, one `NAME: VALUE` a line. */
  readonly headersFile: string;
  readonly timeoutMs: number;
  readonly certificateFile: string;
  readonly clientKeyFile: string;
  readonly clientCertificateFile: string;
};

/**
 * The effective configuration, as plain data. One section per stage; a number carries its unit in its name.
 * The keys, their defaults and their documentation are declared once, in schema.ts.
 */
export type Config = {
  readonly disabled: boolean;
  readonly collection: {
    /** Time between the starts of two cycles. */
    readonly intervalMs: number;
    /** How long one cycle may take from its first reading until its batches are handed over. */
    readonly timeoutMs: number;
    /** Time between two collections of the agent's own metrics; those of less than `intervalMs` are at `intervalMs`. */
    readonly selfIntervalMs: number;
    /** Whether families of metrics are left out while cycles take too long. */
    readonly thinning: { readonly enabled: boolean };
  };
  readonly discovery: {
    /** `auto`: the Docker API where it answers, else the cgroups that can be seen. */
    readonly source: 'auto' | 'docker' | 'cgroup';
  };
  readonly docker: {
    /** `unix:///path`, `tcp://host:port`, `http(s)://…`. */
    readonly host: string;
    readonly tlsVerify: boolean;
    readonly certPath: string;
    readonly timeoutMs: number;
    readonly relistIntervalMs: number;
  };
  readonly host: {
    /** Where the host's root is mounted; the three paths below are derived from it where they are empty. */
    readonly root: string;
    readonly procPath: string;
    readonly cgroupPath: string;
    readonly runPath: string;
  };
  readonly containers: {
    /** Globs `name:…`, `image:…`, `label:key=value`; a glob without prefix matches the name. Empty: all. */
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    /** Labels (globs) that become `container.label.<key>`. */
    readonly labels: readonly string[];
  };
  readonly metrics: {
    /** Globs of metric names: on though their family is off, and off whatever else says. */
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  } & { readonly [F in MetricFamily]: { readonly enabled: boolean } };
  readonly network: {
    readonly loopback: boolean;
  };
  readonly life: {
    /** How long a container that does not run is spoken of. */
    readonly stoppedRetentionSeconds: number;
  };
  readonly resource: {
    /** Goes onto every Resource. */
    readonly attributes: Readonly<Record<string, string>>;
    /** `service.name` of the agent itself. */
    readonly serviceName: string;
    /** Whether containers get `service.name` and `service.instance.id`. */
    readonly containerService: boolean;
    /** Whether containers get `container.command`, without arguments. */
    readonly containerCommand: boolean;
    /** Whether the engine is asked for each image's digests, once, for `container.image.repo_digests`. */
    readonly onPoints: readonly string[];
    readonly imageDigests: boolean;
  };
  readonly push: Destination & {
    readonly exporter: 'otlp' | 'none';
    /** Further destinations by their names; all get the same requests. */
    readonly destinations: Readonly<Record<string, Destination>>;
    readonly protocol: 'http/protobuf' | 'http/json';
    readonly compression: 'gzip' | 'none';
    readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
    readonly maxRequestBytes: number;
  };
  readonly outbox: {
    /**
     * Where batches wait that cannot be sent at once; empty: the first of the usual ones that works. Not used with the
     * embedded receiver.
     */
    readonly directory: string;
    readonly maxBytes: number;
    readonly maxAgeSeconds: number;
    /** Bytes that wait in memory where they cannot be written to the disk. */
    readonly maxMemoryBytes: number;
  };
  readonly state: {
    /** Where the agent keeps what it has to know after a restart; empty: the first of the usual ones that works. */
    readonly directory: string;
  };
  readonly status: {
    readonly enabled: boolean;
    /** host:port of the page, the health checks and the embedded receiver. */
    readonly address: string;
  };
  readonly shutdown: {
    readonly timeoutMs: number;
  };
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    /** `auto`: pretty on a terminal, JSON lines elsewhere. */
    readonly format: 'auto' | 'json' | 'pretty';
  };
};
