/** Rows of a table: given in the file itself, one text each, or in a file of comma-separated values that it names. */
import { type Parsed, quoted } from '@wormwood/base';
import { type KeyAlternative, oneOf } from './alternative-shapes.ts';
import { scalar, text } from './scalar-shapes.ts';
import { type Draft, type Place, type Reader, type Shape } from './shape.ts';
import { list } from './structure-shapes.ts';

export interface TableSpec<Row> {
  /** `a prefix such as 10.0.0.0/8, or 10.0.0.0/8,1200 with its number of hosts`. */
  readonly allowed: string;
  /** The key of the rows in the file itself: `prefixes`. */
  readonly key: string;
  /** What the table holds, as a sentence. */
  readonly description: string;
  readonly parse: (line: string) => Parsed<Row>;
  readonly write: (row: Row) => string;
  /** Pattern of the text of a row, for the JSON Schema. */
  readonly pattern: string;
}

const ROWS_MAX = 1_000_000;
/** The most problems of a named file that are reported; every line may have one. */
const TOLD_MAX = 10;
const PATH_LENGTH_MAX = 200;

/** Returns the two ways to give a table, as alternatives beside others: its rows, or the file that holds them. */
export function tableAlternatives<Row>(
  spec: TableSpec<Row>,
): readonly [file: KeyAlternative<readonly Row[]>, rows: KeyAlternative<readonly Row[]>] {
  const row = scalar<Row>({
    allowed: spec.allowed,
    code: 'invalid-row',
    parse: (input) => spec.parse(String(input)),
    write: spec.write,
    jsonSchema: { type: 'string', pattern: spec.pattern },
  });
  return [
    {
      key: 'file',
      description: `${spec.description} Comma-separated values, in a file beside the scenario; # begins a comment.`,
      shape: fileOf(spec),
      // A table read from a file is written as its rows, so that a result is complete by itself.
      is: () => false,
    },
    { key: spec.key, description: spec.description, shape: list(`a list of rows`, row), is: () => true },
  ];
}

/** Returns the shape of a table alone. */
export function table<Row>(noun: string, spec: TableSpec<Row>): Shape<readonly Row[]> {
  return oneOf<readonly Row[]>(noun, [], tableAlternatives(spec));
}

function fileOf<Row>(spec: TableSpec<Row>): Shape<readonly Row[]> {
  const path = text({ allowed: 'the name of a file such as prefixes.csv', lengthMax: PATH_LENGTH_MAX });
  return {
    ...(path as unknown as Shape<readonly Row[]>),
    read: (node, place, reader) => {
      const name = path.read(node, place, reader);
      if (name === undefined) return undefined;
      const content = reader.readFile(name);
      const problem = { code: 'named-file', span: node.span, path: place.path, help: place.description };
      if (content.ok) return readRows(spec, { name, text: content.value, problem, reader });
      reader.report({ ...problem, message: content.reason });
      return undefined;
    },
  };
}

interface NamedFile {
  readonly name: string;
  readonly text: string;
  readonly problem: {
    readonly code: string;
    readonly span: Place['keySpan'];
    readonly path: string;
    readonly help: string;
  };
  readonly reader: Reader;
}

function readRows<Row>(
  { parse, allowed }: TableSpec<Row>,
  { name, text: content, problem, reader }: NamedFile,
): Draft<readonly Row[]> | undefined {
  const rows: Row[] = [];
  let bad = 0;
  const addProblem = (where: string, reason: string): void => {
    bad++;
    if (bad <= TOLD_MAX) reader.report({ ...problem, message: `${where}: ${reason}` });
  };
  for (const [index, line] of content.split('\n').entries()) {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') continue;
    if (rows.length === ROWS_MAX) {
      addProblem(`${name}:${index + 1}`, `There are more than ${ROWS_MAX} rows.`);
      break;
    }
    const row = parse(bare);
    if (row.ok) rows.push(row.value);
    // The scenario may name any file: its content must not be shown.
    else addProblem(`${name}:${index + 1}:${line.search(/\S/) + 1}`, `This row is not ${allowed}.`);
  }
  if (bad > TOLD_MAX) {
    reader.report({
      ...problem,
      message: `${name}: rows that cannot be read besides these: ${bad - TOLD_MAX}.`,
    });
  }
  if (bad === 0 && rows.length === 0)
    addProblem(name, `There is no row in ${quoted(name)}; each must be ${allowed}.`);
  return bad > 0 ? undefined : (rows as Draft<readonly Row[]>);
}
