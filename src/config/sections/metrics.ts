import { METRIC_FAMILIES, type MetricFamily } from '../../instruments/definition.ts';
import type { Config } from '../config.ts';
import type { FlagProperty, Flattened, Section } from '../property.ts';

type FamilyKey = `${MetricFamily}.enabled`;

const families = Object.fromEntries(
  Object.entries(METRIC_FAMILIES).map(([family, { doc, enabledByDefault }]): [string, FlagProperty] => [
    `${family}.enabled`,
    { doc, format: 'flag', default: enabledByDefault },
  ]),
) as Record<FamilyKey, FlagProperty>;

export const metrics: Section<Flattened<Config['metrics']>> = {
  doc: 'Which metrics are sent, by family and by name. What no metric needs is not read.',
  properties: {
    include: {
      doc: 'Globs of metric names that are on though their family is off, such as container.memory.peak.',
      format: 'metric-globs',
      default: [],
    },
    exclude: {
      doc: 'Globs of metric names that are off, whatever else says, such as container.network.packet.*.',
      format: 'metric-globs',
      default: [],
    },
    ...families,
  },
};
