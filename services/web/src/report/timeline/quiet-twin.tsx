import { blocksReaders, blocksWriters } from '../../../../../shared/domain/lock.ts';
import type { ReportStatement } from '../../../../../shared/domain/report.ts';
import { lockWords } from '../../../../../shared/report/phrases.ts';
import { excerpt, formatMs } from '../../../../../shared/report/words.ts';
import { Table } from '../../kit/table.tsx';

const locksMax = 8;

interface QuietTwinProps {
  readonly here: ReportStatement;
  readonly quiet: ReportStatement;
}

/** One statement in this run beside the quiet one: what others make of it. */
export function QuietTwin({ here, quiet }: QuietTwinProps) {
  return (
    <Table
      label="The statement here and in the quiet run"
      columns={[
        { key: 'what', title: 'The statement' },
        { key: 'here', title: 'here', number: true },
        { key: 'quiet', title: 'quiet run', number: true },
      ]}
    >
      <tbody>
        <Row what="takes" here={formatMs(here.durationMs)} quiet={formatMs(quiet.durationMs)} />
        <Row what="of that, waits for a lock" here={formatMs(here.waitedMs)} quiet={formatMs(quiet.waitedMs)} />
        <Row what="ends" here={endWords(here)} quiet={endWords(quiet)} />
        {relations(here, quiet).map((relation) => (
          <Row
            key={relation}
            what={strongestWords(relation, here, quiet)}
            here={heldWords(here, relation)}
            quiet={heldWords(quiet, relation)}
          />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ what, here, quiet }: { readonly what: string; readonly here: string; readonly quiet: string }) {
  return (
    <tr>
      <th scope="row">{what}</th>
      <td className="number">{here}</td>
      <td className="number">{quiet}</td>
    </tr>
  );
}

const endWords = ({ sqlstate }: ReportStatement): string =>
  sqlstate === undefined ? 'works' : `refused, ${excerpt(sqlstate, 10)}`;

const stopping = ({ locks }: ReportStatement) => locks.filter(({ mode }) => blocksReaders(mode) || blocksWriters(mode));

const relations = (...all: readonly ReportStatement[]): readonly string[] =>
  [...new Set(all.flatMap(stopping).map(({ relation }) => relation))].slice(0, locksMax);

function strongestWords(relation: string, ...all: readonly ReportStatement[]): string {
  const modes = all.flatMap(stopping).filter((lock) => lock.relation === relation);
  const mode = modes.find((lock) => blocksReaders(lock.mode))?.mode ?? modes[0]?.mode;
  return mode === undefined ? relation : lockWords(mode, excerpt(relation, 120));
}

/** A statement that was refused asked for its lock and never held it. */
function heldWords(statement: ReportStatement, relation: string): string {
  const held = stopping(statement).filter((lock) => lock.relation === relation);
  if (statement.sqlstate !== undefined) return 'not at all';
  return held.length === 0 ? 'not seen' : formatMs(Math.max(...held.map(({ heldMs }) => heldMs)));
}
