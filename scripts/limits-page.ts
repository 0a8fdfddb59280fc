import { LIMITS } from '../src/limits.ts';

const INTRODUCTION = `# Limits

<!-- Generated from src/limits.ts by "npm run docs": change the table there. -->

Containers decide what they are called and how much they do, so nothing that comes from them is without a bound. Those that are counted
cost somebody a value when they are reached: the first time a warning says so, each time \`plimsoll.limit.reached\` counts it under the
name below, and the others are measured as ever. What waits to be sent, and how large a request may be, is a matter of configuration:
\`outbox.*\` and \`push.maxRequestBytes\` in [configuration.md](configuration.md).

| limit | at most | of | beyond it | counted |
|---|---|---|---|---|
`;

/** Text of docs/limits.md. */
export function generateLimitsPage(): string {
  const rows = Object.entries(LIMITS).map(
    ([name, limit]) =>
      `| \`${name}\` | ${limit.max.toLocaleString('en')} | ${limit.of} | ${limit.beyond} | ${'isCounted' in limit ? 'yes' : ''} |`,
  );
  return `${INTRODUCTION}${rows.join('\n')}\n`;
}
