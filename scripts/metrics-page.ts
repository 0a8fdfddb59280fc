import type { MetricAttribute, MetricDefinition } from '../src/instruments/definition.ts';
import { METRIC_DEFINITIONS } from '../src/instruments/definitions.ts';
import { SCHEMA_URL } from '../src/instruments/semconv.ts';

const INTRODUCTION = `# Metrics

<!-- Generated from src/instruments/definitions.ts by "npm run docs": change the table there. -->

Names, units and attributes follow the OpenTelemetry semantic conventions (\`${SCHEMA_URL}\`) where those have
a name, and their nearest cousins elsewhere. Every container is an OTLP Resource of its own (\`container.*\`, \`host.*\`, \`service.*\`), and
cumulative sums begin at the container's start. Absent is not zero: where the kernel does not say, there is no point. Of two sources
separated by ·, the first is cgroup v2 and the second cgroup v1. The agent's own Resource (\`service.name=plimsoll\`) also carries the SDK's
\`otel.sdk.metric_reader.collection.duration\`.
`;

/** Text of docs/metrics.md. */
export function generateMetricsPage(): string {
  const sections: readonly (readonly [string, (metric: MetricDefinition) => boolean])[] = [
    ['Processes of a container', ({ name }) => name.startsWith('container.process.')],
    ['A container', ({ name }) => name.startsWith('container.') && !name.startsWith('container.process.')],
    ['A Kubernetes pod', ({ name }) => name.startsWith('k8s.pod.')],
    ['The agent itself', ({ family }) => family === undefined],
  ];
  const tables = sections.map(([title, belongs]) => `## ${title}\n\n${tableOf(METRIC_DEFINITIONS.filter(belongs))}`);
  return `${[INTRODUCTION, ...tables].join('\n')}`;
}

function tableOf(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.map(
    (metric) =>
      `| ${metric.enabledByDefault ? '●' : '○'} | ${code(metric.name)} | ${metric.kind}, ${metric.valueType} | ${code(metric.unit)} | ${attributesOf(metric)} | ${metric.description} | ${metric.source} |`,
  );
  return `| | metric | instrument | unit | attributes | what it says | from |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function attributesOf({ attributes }: MetricDefinition): string {
  return attributes.map(attributeText).join('; ');
}

function attributeText({ name, values, only }: MetricAttribute): string {
  return `${code(name)}${values ? ` ${values.join(', ')}` : ''}${only === undefined ? '' : ` (only ${only})`}`;
}

const code = (text: string): string => `\`${text}\``;
