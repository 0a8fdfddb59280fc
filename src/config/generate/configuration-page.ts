import { DEFAULT_FILE } from '../load.ts';
import { FILE_VARIABLE } from '../own-env.ts';
import { describeAllowed, type Property } from '../property.ts';
import { DECLARATIONS, type Declaration, SECTIONS } from '../schema.ts';
import { STANDARD_VARIABLES } from '../standard-variables.ts';

const INTRODUCTION = `# Configuration

<!-- Generated from src/config by "npm run docs": change the sections there. -->

Everything has a default, so that no configuration is needed to start. What is set counts in this order, the first one winning:

1. Flags: \`--endpoint\`, \`--interval-ms\` and the others that \`plimsoll run --help\` lists; \`--set KEY=VALUE\` sets any key.
2. Variables that begin with \`PLIMSOLL_\`, as in the tables below.
3. The [standard variables](#standard-variables) of OpenTelemetry and Docker.
4. The YAML file: \`--config FILE\`, else the file that \`${FILE_VARIABLE}\` names, else \`${DEFAULT_FILE}\` where it exists.
5. The defaults.

Maps (\`push.headers\`, \`resource.attributes\`) are merged entry by entry, and \`push.destinations\` key by key; everything else is
replaced as a whole. An empty variable counts as unset. In variables and flags, lists are separated by commas and maps are written
\`KEY=VALUE,KEY=VALUE\`, with \`,\`, \`=\` and \`%\` inside a key or value percent-encoded (\`%2C\`, \`%3D\`, \`%25\`);
\`push.destinations\` is written as in the file, in YAML or JSON: \`{"backup": {"endpoint": "https://backup.example"}}\`.

\`plimsoll config check FILE\` names all problems at once, with their lines; \`plimsoll config print FILE\` shows the effective
configuration and who set what, with secrets masked. Wrong configuration ends with status 2 before anything is started.
[\`config/default.yaml\`](../config/default.yaml) has every key at its default;
[\`config/plimsoll.schema.json\`](../config/plimsoll.schema.json) lets editors complete and check a file.
`;

const PROXIES = `## Proxies

\`HTTP_PROXY\` and \`HTTPS_PROXY\` (or in small letters, which win) name the proxy for endpoints of \`http://\` and \`https://\`,
\`ALL_PROXY\` that for both, as \`http://USER:PASSWORD@HOST:PORT\`. \`NO_PROXY\` names the hosts that are asked without one, separated by
commas: \`HOST\`, \`HOST:PORT\`, \`.DOMAIN\` for all below a domain, \`*\` alone for all. Plain requests are forwarded by the proxy, TLS goes
through a tunnel to the endpoint itself. The receiver inside the agent and the container engine are never asked through a proxy. No key
of the file stands for these variables.
`;

const STANDARD = `## Standard variables

They keep their names and meanings. Of two that set one key, the one with \`METRICS\` in its name wins. What cannot be read (a number, an
unknown choice) is ignored with a warning, as OpenTelemetry wants it, except what could never work: \`grpc\`, port 4317, or an endpoint that is
no URL end the start. One deviation: with no endpoint at all, values go to the receiver inside the agent and not to localhost:4318.

| variable | sets | meaning |
|---|---|---|
`;

/** Text of docs/configuration.md. */
export function generateConfigurationPage(): string {
  const declarations = [...DECLARATIONS.values()];
  const general = formatTable(declarations.filter(({ key }) => !key.includes('.')));
  const sections = Object.entries(SECTIONS).map(([name, { doc }]) => {
    const inside = declarations.filter(({ key }) => key.startsWith(`${name}.`));
    return `## ${name}\n\n${doc}\n\n${formatTable(inside)}`;
  });
  const standard = STANDARD_VARIABLES.map(({ name, key, meaning }) =>
    formatRow([`\`${name}\``, `\`${key}\``, meaning]),
  );
  return [INTRODUCTION, `## General\n\n${general}`, ...sections, `${STANDARD}${standard.join('\n')}\n`, PROXIES].join(
    '\n',
  );
}

function formatTable(declarations: readonly Declaration[]): string {
  const rows = declarations
    .flatMap(withEntry)
    .map(({ key, property, variable }) =>
      formatRow([`\`${key}\``, formatDefault(property), describeRange(property), property.doc, variable]),
    );
  return `${['| key | default | allowed | meaning | variable |', '|---|---|---|---|---|', ...rows].join('\n')}\n`;
}

/** What is declared, and the keys of the sections that the user names below it. */
function withEntry({ key, property, variable }: Declaration): readonly Declaration[] {
  const own = { key, property, variable: `\`${variable}\`` };
  if (property.format !== 'named-sections') return [own];
  const entries = Object.entries<Property>(property.entry).map(([name, inner]) => {
    return { key: `${key}.NAME.${name}`, property: inner, variable: 'in the one above' };
  });
  return [own, ...entries];
}

function formatDefault(property: Property): string {
  if (property.default === '') return 'empty';
  if (typeof property.default !== 'object') return `\`${property.default}\``;
  const items = Object.values(property.default);
  return items.length === 0 ? 'empty' : items.map((item) => `\`${item}\``).join(', ');
}

function describeRange(property: Property): string {
  return property.format === 'whole-number' ? `${property.min} to ${property.max}` : describeAllowed(property);
}

function formatRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
