import { generateConfigurationPage } from '../src/config/generate/configuration-page.ts';
import { generateDefaultYaml } from '../src/config/generate/default-yaml.ts';
import { generateJsonSchema } from '../src/config/generate/json-schema.ts';
import { generateFleetPage } from './fleet-page.ts';
import { generateLimitsPage } from './limits-page.ts';
import { generateMetricsPage } from './metrics-page.ts';

export type GeneratedFile = {
  /** Path from the top of the repository. */
  readonly path: string;
  readonly generate: () => string;
};

/** Every file that is made from the sources. `npm run docs` writes them; a test fails where one is stale. */
export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: 'config/default.yaml', generate: generateDefaultYaml },
  { path: 'config/plimsoll.schema.json', generate: generateJsonSchema },
  { path: 'docs/configuration.md', generate: generateConfigurationPage },
  { path: 'docs/fleet.md', generate: generateFleetPage },
  { path: 'docs/limits.md', generate: generateLimitsPage },
  { path: 'docs/metrics.md', generate: generateMetricsPage },
];
