import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from '../src/commands/program.ts';

type Given = { readonly env?: Record<string, string>; readonly platform?: string; readonly yaml?: string };

/** Runs the program in this process, with values in place of files, variables and streams. */
async function run(args: string, { env = {}, platform = 'linux', yaml }: Given = {}) {
  const written = { output: '', error: '' };
  const status = await runProgram(args.split(' ').filter(Boolean), {
    env,
    platform,
    readFile: (path) => (path === 'plimsoll.yaml' ? yaml : undefined),
    writeOutput: (text) => {
      written.output += text;
    },
    writeError: (text) => {
      written.error += text;
    },
  });
  return { status, ...written };
}

it.each(['', 'run ', 'once ', 'config ', 'config check ', 'config print ', 'metrics '])(
  'tells with "plimsoll %s--help" what there is, with an example',
  async (command) => {
    const { status, output } = await run(`${command}--help`);
    expect(status).toBe(0);
    expect(output).toMatch(/Usage: plimsoll[\s\S]*Example[\s\S]*\$ plimsoll/);
  },
);

it('tells its version', async () => {
  expect(await run('--version')).toEqual({ status: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), error: '' });
});

it.each([
  ['--bogus', "unknown option '--bogus'"],
  ['rnu', "unknown command 'rnu'; did you mean run?"],
  ['run extra', "too many arguments for 'run'"],
  ['once --format xml', 'Allowed choices are table, otlp'],
  ['config', 'Usage: plimsoll config'],
  ['config chekc', 'check'],
  ['--set nothing', 'It must be KEY=VALUE'],
  ['--config', 'argument missing'],
])('ends with status 2 at the wrong use "%s"', async (args, message) => {
  const { status, output, error } = await run(args);
  expect({ status, output }).toEqual({ status: 2, output: '' });
  expect(error).toContain(message);
});

const WRONG_YAML = 'colection:\n  intervalMs: 5000\npush:\n  compresion: none\n  timeoutMs: soon\n';

it.each([
  '--config plimsoll.yaml',
  'run --config plimsoll.yaml',
  'once -c plimsoll.yaml',
  'config check plimsoll.yaml',
])('tells two misspelt keys and a wrong type at once and starts nothing: %s', async (args) => {
  const { status, output, error } = await run(args, { yaml: WRONG_YAML });
  expect({ status, output }).toEqual({ status: 2, output: '' });
  const [first, ...problems] = error.trim().split('\n');
  expect(first).toBe('plimsoll: the configuration has 3 problems:');
  expect(problems).toEqual([
    expect.stringMatching(/^ {2}plimsoll\.yaml:1: colection: unknown key; .*did you mean 'collection'\?$/),
    expect.stringMatching(
      /^ {2}plimsoll\.yaml:4: push\.compresion: unknown key; .*did you mean 'push\.compression'\?$/,
    ),
    expect.stringMatching(/^ {2}plimsoll\.yaml:5: push\.timeoutMs: is text, not a number .*: got "soon"; allowed: /),
  ]);
});

it('ends with status 2 where gRPC is asked for', async () => {
  const { status, error } = await run('', { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } });
  expect(status).toBe(2);
  expect(error).toContain('use http/protobuf, port 4318');
});

it.each(['', 'run', 'once'])('says in one line what to do on another system than Linux: "%s"', async (args) => {
  const { status, error } = await run(args, { platform: 'darwin' });
  expect(status).toBe(1);
  expect(error).toMatch(/^plimsoll measures .*this is darwin: run it on .*\n$/);
});

it('says which file is right', async () => {
  expect(await run('config check plimsoll.yaml', { yaml: '' })).toEqual({
    status: 0,
    output: 'ok: plimsoll.yaml\n',
    error: '',
  });
  expect((await run('config check')).output).toBe('ok: no file; defaults, environment and flags\n');
});

it('shows warnings beside what is right', async () => {
  const { status, error } = await run('config check', { env: { OTEL_LOG_LEVEL: 'loud' } });
  expect(status).toBe(0);
  expect(error).toContain('warning: OTEL_LOG_LEVEL is ignored');
});

it('prints what the flags make of the configuration, secrets masked', async () => {
  const { status, output } = await run(
    'config print plimsoll.yaml --endpoint http://c:4318 --interval-ms 5000 --docker-host tcp://d:2375 --host-root /host ' +
      '--log-level debug --log-format json --status-address 127.0.0.1:0 --set push.headers=authorization=hunter2 ' +
      '--set push.compression=none',
    { yaml: 'push: { compression: gzip }' },
  );
  expect(status).toBe(0);
  for (const line of [
    'endpoint: http://c:4318/v1/metrics # --endpoint',
    'intervalMs: 5000 # --interval-ms',
    'host: tcp://d:2375 # --docker-host',
    'root: /host # --host-root',
    'level: debug # --log-level',
    'format: json # --log-format',
    'address: 127.0.0.1:0 # --status-address',
    'compression: none # --set',
    'authorization: "***"',
  ]) {
    expect(output).toContain(line);
  }
  expect(output).not.toContain('hunter2');
});

it('lists the metrics as a table and as JSON', async () => {
  const { output: json } = await run('metrics --format json');
  const names: string[] = JSON.parse(json).map(({ name }: { name: string }) => name);
  expect(names).toContain('container.cpu.time');
  const { output: table } = await run('metrics');
  for (const name of names) expect(table).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} `, 'm'));
});

it('ends quietly when its reader goes away', async () => {
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const child = spawn(process.execPath, [cli, 'metrics', '--format', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let error = '';
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  const [status] = await once(child, 'close');
  expect({ status, error }).toEqual({ status: 0, error: '' });
});
