import { isCollection, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { formatProblem, formatValueProblem, shortenText } from './problem.ts';
import {
  describeAllowed,
  findNameFault,
  isListProperty,
  isMapProperty,
  isTextProperty,
  type Property,
} from './property.ts';
import { DECLARATIONS, declarationOf, isSection, namedSectionOf, namesIn } from './schema.ts';
import type { Setting } from './setting.ts';
import { suggestKey } from './suggestion.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';

export type FileSettings = {
  readonly settings: readonly Setting[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

type Collected = { readonly settings: Setting[]; readonly problems: string[] };

/** What one YAML file sets, with the line of each. An empty file, section or key sets nothing. Never throws. */
export function readYamlSettings(path: string, text: string): FileSettings {
  const file = parseYamlFile(path, text);
  const collected: Collected = { settings: [], problems: [...file.problems] };
  const isEmpty = file.root === null || (isScalar(file.root) && file.root.value === null);
  if (!isEmpty && isMap(file.root)) readSection(file, file.root, '', collected);
  else if (!isEmpty && file.problems.length === 0) {
    const wrong = 'is not a set of keys, as in "collection:"';
    collected.problems.push(formatProblem({ origin: file.originOf(file.root), wrong }));
  }
  return { ...collected, warnings: file.warnings };
}

/**
 * What a text for sections that the user names means, which a variable or a flag gives in YAML or JSON. All of its
 * problems begin with the origin of the setting.
 */
export function readNamedText({ key, value, origin }: Setting): FileSettings {
  const parsed = parseYamlFile(origin, String(value));
  const collected: Collected = { settings: [], problems: [...parsed.problems] };
  const file = { ...parsed, originOf: () => origin };
  if (parsed.problems.length === 0) readNamedSections(file, parsed.root, { path: key, origin }, collected);
  return { ...collected, warnings: parsed.warnings };
}

/** Reads the keys of the root (`section` is empty) or of one section. */
function readSection(file: YamlFile, map: YAMLMap, section: string, collected: Collected): void {
  for (const pair of map.items) {
    const keyNode = file.resolve(pair.key);
    const origin = file.originOf(pair.key);
    if (!isScalar(keyNode) || typeof keyNode.value !== 'string') {
      collected.problems.push(formatProblem({ origin, wrong: 'a key is not text' }));
      continue;
    }
    const path = section === '' ? keyNode.value : `${section}.${keyNode.value}`;
    const declaration = keyNode.value.includes('.') ? undefined : declarationOf(path);
    const value = file.resolve(pair.value);
    if (value === undefined) {
      collected.problems.push(
        formatProblem({ origin, key: shortenText(path), wrong: 'is an alias without an anchor' }),
      );
    } else if (declaration?.property.format === 'named-sections') {
      readNamedSections(file, value, { path, origin }, collected);
    } else if (declaration !== undefined) {
      readProperty(file, { key: path, property: declaration.property, node: value, origin }, collected);
    } else if (!keyNode.value.includes('.') && isSection(path)) {
      readSubsection(file, value, { path, origin }, collected);
    } else {
      collected.problems.push(describeUnknownKey(origin, path));
    }
  }
}

/** A path of the file and where it is written. */
type Place = { readonly path: string; readonly origin: string };

/** Reads sections whose names are the user's. */
function readNamedSections(file: YamlFile, node: unknown, { path, origin }: Place, collected: Collected): void {
  const property = DECLARATIONS.get(path)?.property;
  if (property?.format !== 'named-sections') throw new Error(`BUG: ${path} has no named sections`);
  if (!isMap(node)) {
    if (isEmptyNode(node)) return;
    const allowed = describeAllowed(property);
    const wrong = 'is not a set of named sections';
    collected.problems.push(formatProblem({ origin, key: path, wrong, got: kindOf(node), allowed }));
    return;
  }
  for (const pair of node.items) {
    const name = scalarValue(file.resolve(pair.key));
    const place = { path: `${path}.${keyText(name)}`, origin: file.originOf(pair.key) };
    const value = file.resolve(pair.value);
    const wrong =
      findNameFault(property, typeof name === 'string' ? name : '') ??
      (value === undefined ? 'is an alias without an anchor' : undefined);
    if (wrong === undefined) readSubsection(file, value, place, collected);
    else collected.problems.push(formatProblem({ origin: place.origin, key: shortenText(place.path), wrong }));
  }
}

function readSubsection(file: YamlFile, node: unknown, { path, origin }: Place, collected: Collected): void {
  if (isMap(node)) readSection(file, node, path, collected);
  else if (!isEmptyNode(node)) {
    // The value is not quoted: this may be where a secret of the section was put by mistake.
    const allowed = `a section with ${namesIn(path).join(', ')}`;
    collected.problems.push(
      formatProblem({ origin, key: path, wrong: 'is not a section', got: kindOf(node), allowed }),
    );
  }
}

function readProperty(
  file: YamlFile,
  target: { readonly key: string; readonly property: Property; readonly node: unknown; readonly origin: string },
  collected: Collected,
): void {
  const { key, property, node, origin } = target;
  if (isEmptyNode(node)) return;
  const value = plainValue(file, node);
  // Text is what convict turns into numbers, lists and maps for variables; a file can say what it means.
  if (typeof value === 'string' && !isTextProperty(property)) {
    const wrong = `is text, not ${wantedKind(property)}`;
    collected.problems.push(formatValueProblem(origin, key, property, wrong, value));
  } else if (value instanceof Map && !isMapProperty(property)) {
    const wrong = 'is a section, where one value is wanted';
    collected.problems.push(formatProblem({ origin, key, wrong, allowed: describeAllowed(property) }));
  } else {
    collected.settings.push({ key, value, origin });
  }
}

/** The value one level deep, which is all that a key can hold; anything deeper stays a node and is refused later. */
function plainValue(file: YamlFile, node: unknown): unknown {
  if (isSeq(node)) return node.items.map((item) => scalarValue(file.resolve(item)));
  if (!isMap(node)) return scalarValue(node);
  return new Map(
    node.items.map((pair) => [keyText(scalarValue(file.resolve(pair.key))), scalarValue(file.resolve(pair.value))]),
  );
}

/** A list or a section is no key, and to spell it out would take as long as each of its levels doubles it. */
const keyText = (value: unknown): string => (isCollection(value) ? '' : String(value));

function scalarValue(node: unknown): unknown {
  return isScalar(node) ? node.value : node;
}

function isEmptyNode(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function kindOf(node: unknown): string {
  if (isSeq(node)) return 'a list';
  return isScalar(node) && typeof node.value === 'string' ? 'text' : 'a single value';
}

function wantedKind(property: Property): string {
  if (property.format === 'whole-number') return 'a number (quotes make a text)';
  if (property.format === 'flag') return 'true or false';
  return isListProperty(property) ? 'a list (one "- item" a line)' : 'a section of keys';
}

/** The value is never quoted: under a misspelt `headers` it is a secret. */
export function describeUnknownKey(origin: string, path: string): string {
  const key = shortenText(path);
  if (isSection(path)) {
    const allowed = namesIn(path).map((name) => `${path}.${name}`);
    return formatProblem({ origin, key, wrong: 'is a section, not a key', allowed: allowed.join(', ') });
  }
  const fault = namedSectionOf(path)?.fault;
  if (fault !== undefined) return formatProblem({ origin, key, wrong: fault });
  const siblings = namesIn(sectionAround(path));
  const suggestion = suggestKey(path, siblings, [...DECLARATIONS.keys()]);
  const shown = suggestion === undefined ? undefined : shortenText(suggestion);
  return formatProblem({ origin, key, wrong: 'unknown key', allowed: siblings.join(', '), suggestion: shown });
}

/** No section lies deeper. */
const DEEPEST = 8;

/** The innermost section that a path leads through, however many dots it has. */
function sectionAround(path: string): string {
  const names = path.split('.', DEEPEST);
  const outer = names.map((_, index) => names.slice(0, index).join('.'));
  return outer.findLast((section) => section !== '' && isSection(section)) ?? '';
}
