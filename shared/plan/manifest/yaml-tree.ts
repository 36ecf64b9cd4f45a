import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from 'yaml';
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
export const yamlLimits = { chars: 256 * 1024, nodes: 20_000, depth: 40 } as const;

export interface YamlReading {
  /** null where it is no YAML at all. */
  readonly root: YamlNode | null;
  readonly problems: readonly ProblemPlace[];
}

/** YAML 1.2 (core schema), one document. Keys given twice are problems; the rest is read all the same. */
export function readYaml(file: string, text: string): YamlReading {
  if (text.length > yamlLimits.chars) return { root: null, problems: [{ file, message: tooLong }] };
  const lines = new LineCounter();
  // The parser compares every key with every other of its map; the tree below finds the second of two in one step.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const isTooDeep = document.errors.some(({ message }) => message.includes('call stack'));
  if (isTooDeep) return { root: null, problems: [{ file, message: `${tooLarge} It is nested deeper than that.` }] };
  if (document.errors.length > 0) {
    const told = document.errors.slice(0, toldErrorsMax);
    return { root: null, problems: told.map((error) => unreadable(file, error, lines)) };
  }
  const tree = new Tree(file, lines);
  const root = tree.build(document.contents, { line: 1, depth: 0, path: '' });
  return { root: tree.isReadable ? root : null, problems: tree.problems };
}

/** The line of a key by the names that lead to it; undefined where it is not there. */
export function lineOfKey(text: string, steps: readonly string[]): number | undefined {
  let node = readYaml('', text).root;
  let line: number | undefined;
  for (const step of steps) {
    const entry: YamlEntry | undefined = node?.kind === 'map' ? node.entries.get(step) : undefined;
    line = entry?.line;
    node = entry?.value ?? null;
  }
  return line;
}

/** One mistake makes the parser stumble over much of what follows. */
const toldErrorsMax = 20;

const tooLong = `The manifest is longer than ${yamlLimits.chars} characters. Move long SQL and bodies to files of the bundle.`;
const tooLarge = `The manifest may have ${yamlLimits.nodes} values and ${yamlLimits.depth} levels, aliases counted as what they stand for.`;

function unreadable(file: string, error: YAMLParseError, lines: LineCounter): ProblemPlace {
  const { line } = lines.linePos(error.pos[0]);
  if (error.code === 'MULTIPLE_DOCS') {
    return { file, line, message: 'A second YAML document begins here (`---`); a manifest is one document.' };
  }
  const said = error.message.replace(/\.$/, '');
  const advice = error.code === 'TAB_AS_INDENT' ? ' Indent with spaces.' : '';
  return { file, line, message: `It is not readable as YAML: ${said}.${advice}` };
}

/** What is known of a value before it is read. */
interface Place {
  /** Of what is around it, where it has none itself. */
  readonly line: number;
  readonly depth: number;
  /** Such as `migrate[0].sql`; empty for the whole manifest. */
  readonly path: string;
}

const mergeKey =
  '`<<` is a merge key of YAML 1.1, and a manifest is YAML 1.2, which has none. Write the keys out that it stands for.';

const entriesOf = (node: YamlNode): ReadonlyMap<string, YamlEntry> => (node.kind === 'map' ? node.entries : new Map());

class Tree {
  readonly problems: ProblemPlace[] = [];
  /** False where something stands for nothing: what was read is no whole manifest. */
  isReadable = true;
  readonly #file: string;
  readonly #anchors = new Map<string, Node>();
  readonly #lines: LineCounter;
  #nodes = 0;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  build(node: unknown, before: Place): YamlNode {
    const here = { ...before, line: this.#lineOf(node) ?? before.line };
    const { line, depth, path } = here;
    this.#nodes += 1;
    if (this.#nodes > yamlLimits.nodes || depth > yamlLimits.depth) return this.#tooLarge(line);
    if (isAlias(node)) return this.#alias(node.source, here);
    if (isNode(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#map(node.items, here);
    if (isSeq(node)) {
      const item = (one: unknown, at: number) => this.build(one, { line, depth: depth + 1, path: `${path}[${at}]` });
      return { kind: 'list', line, items: node.items.map(item) };
    }
    if (!isScalar(node)) return { kind: 'scalar', line, value: null, text: '' };
    const { value, source } = node;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
      return { kind: 'scalar', line, value: value as YamlScalar, text: source ?? String(value ?? '') };
    }
    return { kind: 'scalar', line, value: source ?? String(value), text: source ?? String(value) };
  }

  /** Stands for the last node before it that has this anchor. */
  #alias(name: string, here: Place): YamlNode {
    const node = this.#anchors.get(name);
    if (node === undefined) this.#unreadable(here.line, `There is no anchor \`&${name}\` before this alias.`);
    return this.build(node, { ...here, depth: here.depth + 1 });
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], { line, depth, path }: Place): YamlNode {
    const entries = new Map<string, YamlEntry>();
    const merged = new Map<string, YamlEntry>();
    for (const { key, value } of pairs) {
      const keyLine = this.#lineOf(key) ?? line;
      if (!isScalar(key)) {
        this.#unreadable(keyLine, 'A key must be plain text.');
        continue;
      }
      const name = key.source ?? String(key.value);
      const keyPath = path === '' ? name : `${path}.${name}`;
      const first = entries.get(name);
      const read = () => this.build(value, { line: keyLine, depth: depth + 1, path: keyPath });
      if (name === '<<' && key.type === 'PLAIN') {
        this.#tell(keyLine, mergeKey, keyPath);
        // What it stands for is read all the same, so that no key of it is told to be missing.
        for (const [taken, entry] of entriesOf(read())) merged.set(taken, entry);
      } else if (first === undefined) entries.set(name, { line: keyLine, value: read() });
      else this.#tell(keyLine, `\`${keyPath}\` is given twice; the first is in line ${first.line}.`, keyPath);
    }
    return { kind: 'map', line, entries: new Map([...merged, ...entries]) };
  }

  #lineOf(node: unknown): number | undefined {
    const range = (node as Node | null | undefined)?.range;
    return range === undefined || range === null ? undefined : this.#lines.linePos(range[0]).line;
  }

  /** Told once: everything that follows has the same reason. */
  #tooLarge(line: number): YamlNode {
    if (this.isReadable) this.#unreadable(line, `${tooLarge} Here it goes beyond that.`);
    return { kind: 'scalar', line, value: null, text: '' };
  }

  #unreadable(line: number, message: string): void {
    this.isReadable = false;
    this.#tell(line, message);
  }

  #tell(line: number, message: string, key?: string): void {
    this.problems.push({ file: this.#file, line, ...(key === undefined ? {} : { key }), message });
  }
}
