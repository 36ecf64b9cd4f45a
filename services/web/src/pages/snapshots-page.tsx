import { formatBytes } from '../../../../shared/report/words.ts';
import { Code } from '../kit/code.tsx';
import { Table } from '../kit/table.tsx';
import { Age } from './age.tsx';
import { Answered } from './answered.tsx';
import { inert, Name } from './name.tsx';
import { Shell } from './shell.tsx';
import { useAnswer } from './use-answer.ts';

interface Snapshots {
  readonly items: readonly {
    readonly name: string;
    readonly version: string;
    readonly digest: string;
    readonly dataAsOf: string | null;
    readonly bytes: number;
    readonly major: number;
    readonly machines: readonly string[];
  }[];
}

const columns = [
  { key: 'name', title: 'Snapshot' },
  { key: 'data', title: 'Data of production' },
  { key: 'size', title: 'Size', number: true },
  { key: 'major', title: 'PostgreSQL', number: true },
  { key: 'where', title: 'On' },
];

export function SnapshotsPage() {
  const { answer, again } = useAnswer<Snapshots>('/v1/snapshots');
  return (
    <Shell title="Snapshots">
      <h1>Snapshots</h1>
      <p className="soft">
        Sanitized copies of production that the live workers have. Bundles that bring their own SQL need none.
      </p>
      <Answered answer={answer} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <>
              <p>No live worker has one. On a worker’s machine:</p>
              <Code
                label="Make a snapshot"
                text={[
                  'rehearse snapshot classify production.sql > policy.yaml   # a draft: look at every line',
                  'rehearse snapshot create orders-prod --from dump production.sql --policy policy.yaml',
                ].join('\n')}
              />
            </>
          ) : (
            <Table label="Snapshots" columns={columns}>
              <tbody>
                {items.map(({ name, version, digest, dataAsOf, bytes, major, machines }) => (
                  <tr key={`${name}@${version}`}>
                    <th scope="row">
                      <Name text={name} />
                      <span className="soft">
                        {' '}
                        {inert(version, 40)} <code>{inert(digest, 19)}</code>
                      </span>
                    </th>
                    <td>{dataAsOf === null ? 'not applicable' : <Age iso={dataAsOf} />}</td>
                    <td className="number">{formatBytes(bytes)}</td>
                    <td className="number">{major}</td>
                    <td>{inert(machines.join(', '), 200)}</td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Answered>
    </Shell>
  );
}
