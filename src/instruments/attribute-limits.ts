import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { LIMITS, type OnLimit } from '../limits.ts';

/** Longer values are cut: they come from whoever runs containers. In UTF-16 units, as OpenTelemetry counts them. */
export const MAX_VALUE_LENGTH = LIMITS.attributeValue.max;
/** A longer key is left out, since two keys that were cut might become one. */
const MAX_KEY_LENGTH = LIMITS.attributeKey.max;
const MAX_LABELS = LIMITS.labelAttributes.max;

export type AttributeLimits = {
  /** Cuts what is too long. */
  cut(attributes: Attributes): Attributes;
  /** Leaves out what is too much of what users name. */
  few(entries: readonly (readonly [string, string])[]): Attributes;
};

export function createAttributeLimits(onLimit: OnLimit = () => undefined): AttributeLimits {
  const cutValue = (value: AttributeValue | undefined): AttributeValue | undefined => {
    if (Array.isArray(value)) return value.map((item) => cutValue(item ?? undefined)) as string[];
    if (typeof value !== 'string' || value.length <= MAX_VALUE_LENGTH) return value;
    onLimit('attributeValue');
    // Without the half of a character that the cut may leave.
    return value.slice(0, MAX_VALUE_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
  };

  return {
    cut: (attributes) => Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, cutValue(value)])),
    few: (entries) => {
      const short = entries.filter(([name]) => name.length <= MAX_KEY_LENGTH);
      const [long, many] = [entries.length - short.length, short.length - MAX_LABELS];
      if (long > 0) onLimit('attributeKey', long);
      if (many > 0) onLimit('labelAttributes', many);
      return Object.fromEntries(short.slice(0, MAX_LABELS));
    },
  };
}
