import { type Alias, type Document, isAlias, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import { formatProblem } from './problem.ts';

/** A configuration is some kilobytes; a longer file is a mistake, and parsing grows with the square of its length. */
const LONGEST_FILE_CHARACTERS = 32_768;
/** One slip in the syntax can upset every line after it; the first ones lead to it. */
const MOST_SYNTAX_PROBLEMS = 10;

export type YamlFile = {
  /** The document's root without aliases; null where the file is empty. */
  readonly root: Node | null;
  /** `file:line` of a node, for the beginning of a problem. */
  readonly originOf: (node: unknown) => string;
  /** The node itself, or what an alias stands for; undefined where its anchor does not exist. */
  readonly resolve: (node: unknown) => unknown;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

/** Parses the text of a file; never throws. Aliases are followed one by one, never expanded, so that none can explode. */
export function parseYamlFile(path: string, text: string): YamlFile {
  if (text.length > LONGEST_FILE_CHARACTERS) {
    return brokenFile(path, `is longer than a configuration can be (${LONGEST_FILE_CHARACTERS} characters)`);
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    return brokenFile(path, `cannot be parsed (${error instanceof Error ? error.name : 'unknown error'})`);
  }
  const lineAt = (offset: number): string => `${path}:${Math.max(1, lines.linePos(offset).line)}`;
  const describe = (error: YAMLError): string =>
    formatProblem({ origin: lineAt(error.pos[0]), wrong: describeYamlError(error) });
  const targets = findAliasTargets(document);
  return {
    root: (isAlias(document.contents) ? targets.get(document.contents) : document.contents) ?? null,
    originOf: (node) => lineAt((node as Partial<Node> | null)?.range?.[0] ?? 0),
    resolve: (node) => (isAlias(node) ? targets.get(node) : node),
    problems: document.errors.slice(0, MOST_SYNTAX_PROBLEMS).map(describe),
    warnings: document.warnings.slice(0, MOST_SYNTAX_PROBLEMS).map(describe),
  };
}

function brokenFile(path: string, wrong: string): YamlFile {
  const problems = [formatProblem({ origin: `${path}:1`, wrong })];
  return { root: null, originOf: () => path, resolve: (node) => node, problems, warnings: [] };
}

/** One walk for all aliases: asking the parser for each would walk the document once per alias. */
function findAliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node as Node);
    },
  });
  return targets;
}

/** The parser's words without the parts that quote the file: they could quote a secret. */
function describeYamlError(error: YAMLError): string {
  const words = error.message.split(/: |\n/, 1)[0] ?? '';
  const unquoting = error.code === 'BAD_DQ_ESCAPE' ? 'Invalid escape sequence in a text in double quotes' : words;
  return `the YAML is wrong: ${unquoting}`;
}
