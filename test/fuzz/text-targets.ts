import { parseList } from '../../src/config/formats.ts';
import { parseKeyValueList } from '../../src/config/key-value-list.ts';
import { ConfigurationError } from '../../src/config/problem.ts';
import { parseYamlFile } from '../../src/config/yaml-file.ts';
import { readYamlSettings } from '../../src/config/yaml-settings.ts';
import { parseHeadersFile } from '../../src/push/headers-file.ts';
import { parseRetryAfter } from '../../src/push/status-table.ts';
import { parseDockerHost } from '../../src/sources/docker/endpoint.ts';
import { parseListenAddress } from '../../src/status/address.ts';
import { load } from '../config/load-fixture.ts';
import { MAX_INPUT_BYTES } from './bytes.ts';
import { expectSound, type FuzzTarget, isPlainError } from './target.ts';

/** What people write: the configuration, addresses, headers; and what servers answer in headers. */

const texts = (...all: readonly string[]): Buffer[] => all.map((text) => Buffer.from(text));

const YAML = texts(
  'collection:\n  intervalMs: 10000\n',
  'push:\n  endpoint: http://collector:4318/v1/metrics\n  headers:\n    Authorization: "Bearer x"\n',
  'metrics:\n  disk:\n    enabled: true\n  include: [container.cpu.*]\n  exclude:\n    - container.memory.peak\n',
  'containers: &all\n  include: [web*]\n  labels: []\nresource:\n  attributes: {a: b, c: "d"}\nlog: *all\n',
  'docker:\n  host: "unix:///var/run/docker.sock"\n  tlsVerify: false\nstatus:\n  address: 127.0.0.1:4320\n',
);
/** The parser of YAML takes longer than all others: at most a second for the largest file. */
const YAML_LIMIT_MS = 1_000;

function ofText(
  cover: string,
  seeds: readonly Buffer[],
  parse: (text: string) => unknown,
  more: Partial<FuzzTarget> = {},
): FuzzTarget {
  return {
    covers: [cover],
    seeds,
    run: (bytes) => expectSound(parse(bytes.toString()), { maxText: MAX_INPUT_BYTES + 64 }),
    ...more,
  };
}

const problemsOnly = (settings: { readonly problems: readonly string[]; readonly warnings: readonly string[] }) => [
  settings.problems,
  settings.warnings,
];

export const TEXT_TARGETS: readonly FuzzTarget[] = [
  ofText('src/config/yaml-file.ts parseYamlFile', YAML, (text) => problemsOnly(parseYamlFile('file.yaml', text)), {
    limitMs: YAML_LIMIT_MS,
    isSlow: true,
  }),
  ofText(
    'src/config/yaml-settings.ts readYamlSettings',
    YAML,
    (text) => problemsOnly(readYamlSettings('file.yaml', text)),
    {
      limitMs: YAML_LIMIT_MS,
      isSlow: true,
    },
  ),
  ofText('src/config/load.ts loadConfig', YAML, (yaml) => load({ yaml }).config, {
    limitMs: 2 * YAML_LIMIT_MS,
    isSlow: true,
    allows: (error) => error instanceof ConfigurationError,
  }),
  ofText('src/config/formats.ts parseList', texts('a, b,,c'), parseList),
  ofText('src/config/key-value-list.ts parseKeyValueList', texts('a=b,c=d%20e', 'key=%C3%A4;x'), parseKeyValueList),
  ofText(
    'src/push/headers-file.ts parseHeadersFile',
    texts('# token\nAuthorization: Bearer x\nx-scope: a\n'),
    parseHeadersFile,
    {
      allows: isPlainError,
    },
  ),
  ofText('src/push/status-table.ts parseRetryAfter', texts('120', 'Wed, 21 Oct 2026 07:28:00 GMT'), (text) =>
    parseRetryAfter(text, 1_700_000_000_000),
  ),
  ofText(
    'src/sources/docker/endpoint.ts parseDockerHost',
    texts('unix:///var/run/docker.sock', 'tcp://user:secret@host:2376', 'https://[::1]:2376/'),
    (host) => parseDockerHost({ host, tlsVerify: true, certPath: '' }),
    { allows: isPlainError },
  ),
  ofText(
    'src/status/address.ts parseListenAddress',
    texts('127.0.0.1:4320', '[::1]:0', 'localhost:80'),
    parseListenAddress,
    {
      allows: isPlainError,
    },
  ),
];
