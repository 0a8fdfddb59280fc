import { createAttributeLimits } from '../../src/instruments/attribute-limits.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Meet } from './meet.ts';

/** How each limit of what a Resource carries is met. */

const entries = (count: number, key = ''): [string, string][] =>
  Array.from({ length: count }, (_, index) => [`${key}${index}`, 'x']);

export const ATTRIBUTE_LIMITS = {
  labelAttributes: (onLimit) => void createAttributeLimits(onLimit).few(entries(LIMITS.labelAttributes.max + 1)),
  attributeKey: (onLimit) => void createAttributeLimits(onLimit).few(entries(1, 'k'.repeat(LIMITS.attributeKey.max))),
  attributeValue: (onLimit) =>
    void createAttributeLimits(onLimit).cut({ name: 'x'.repeat(LIMITS.attributeValue.max + 1) }),
} as const satisfies Record<string, Meet>;
