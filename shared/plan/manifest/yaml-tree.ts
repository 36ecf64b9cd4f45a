import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ProblemPlace } from '../../domain/problem.ts';

/** A manifest as its author wrote it: each value with its line, scalars with their own text. */
export type YamlNode =
  | { readonly kind: 'map'; readonly line: number; readonly entries: ReadonlyMap<string, YamlEntry> }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly YamlNode[] }
  | { readonly kind: 'scalar'; readonly line: number; readonly value: YamlScalar; readonly text: string };

export type YamlScalar = string | number | boolean | null;
export interface YamlEntry {
  /** Line of the key. */
  readonly line: number;
  readonly value: YamlNode;
}

/** No manifest is that large; every alias counts as what it stands for, so a few lines cannot become gigabytes. */
const limits = { chars: 1024 * 1024, nodes: 20_000, depth: 40 } as const;

export interface YamlReading {
  /** null where it is no YAML at all. */
  readonly root: YamlNode | null;
  readonly problems: readonly ProblemPlace[];
}

/** YAML 1.2 (core schema), one document. Keys given twice are problems; the rest is read all the same. */
export function readYaml(file: string, text: string): YamlReading {
  if (text.length > limits.chars) {
    return { root: null, problems: [{ file, message: `The manifest is longer than ${limits.chars} characters.` }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, keepSourceTokens: true });
  const problems = document.errors.map((error) => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    message: `It is not readable as YAML: ${error.message}.`.replace('..', '.'),
  }));
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { root: null, problems };
  const tree = new Tree(file, lines);
  const root = tree.build(document.contents, 1, 0);
  return { root: tree.problems.length > 0 ? null : root, problems: [...problems, ...tree.problems] };
}

class Tree {
  readonly problems: ProblemPlace[] = [];
  readonly #file: string;
  readonly #anchors = new Map<string, Node>();
  readonly #lines: LineCounter;
  #nodes = 0;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  build(node: unknown, lineBefore: number, depth: number): YamlNode {
    const line = this.#lineOf(node) ?? lineBefore;
    this.#nodes += 1;
    if (this.#nodes > limits.nodes || depth > limits.depth) return this.#tooLarge(line);
    if (isAlias(node)) return this.#alias(node.source, line, depth);
    if (isNode(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#map(node.items, line, depth);
    if (isSeq(node)) {
      return { kind: 'list', line, items: node.items.map((item) => this.build(item, line, depth + 1)) };
    }
    if (!isScalar(node)) return { kind: 'scalar', line, value: null, text: '' };
    const { value, source } = node;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
      return { kind: 'scalar', line, value: value as YamlScalar, text: source ?? String(value ?? '') };
    }
    return { kind: 'scalar', line, value: source ?? String(value), text: source ?? String(value) };
  }

  /** Stands for the last node before it that has this anchor. */
  #alias(name: string, line: number, depth: number): YamlNode {
    const node = this.#anchors.get(name);
    if (node === undefined) {
      this.problems.push({
        file: this.#file,
        line,
        message: `It is not readable as YAML: there is no anchor \`${name}\`.`,
      });
    }
    return this.build(node, line, depth + 1);
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], line: number, depth: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    for (const { key, value } of pairs) {
      const keyLine = this.#lineOf(key) ?? line;
      if (!isScalar(key)) {
        this.problems.push({ file: this.#file, line: keyLine, message: 'A key must be plain text.' });
        continue;
      }
      const name = key.source ?? String(key.value);
      if (!entries.has(name)) entries.set(name, { line: keyLine, value: this.build(value, keyLine, depth + 1) });
    }
    return { kind: 'map', line, entries };
  }

  #lineOf(node: unknown): number | undefined {
    const range = (node as Node | null | undefined)?.range;
    return range === undefined || range === null ? undefined : this.#lines.linePos(range[0]).line;
  }

  /** Told once: everything that follows has the same reason. */
  #tooLarge(line: number): YamlNode {
    if (this.problems.length === 0) {
      const message = `The manifest has more than ${limits.nodes} values, or more than ${limits.depth} levels, aliases counted.`;
      this.problems.push({ file: this.#file, line, message });
    }
    return { kind: 'scalar', line, value: null, text: '' };
  }
}
