import { LIMITS } from '../limits.ts';

/**
 * Attributes that depend on one name only, as of an interface or a device: made once for each, since they are put with every
 * point in every cycle, and the same object is known again at a glance. Names come from containers: when there are too many
 * all are forgotten, which costs their being made again.
 */
export function createAttributeCache<Made>(make: (name: string) => Made): (name: string) => Made {
  const made = new Map<string, Made>();
  return (name) => {
    let attributes = made.get(name);
    if (attributes === undefined) {
      if (made.size >= LIMITS.attributeNames.max) made.clear();
      attributes = make(name);
      made.set(name, attributes);
    }
    return attributes;
  };
}
