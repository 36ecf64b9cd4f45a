import type { WireBoard } from '../../../../shared/edge/wire/board.ts';
import { Badge } from '../kit/badge.tsx';
import { Moment } from '../kit/moment.tsx';
import { Table } from '../kit/table.tsx';
import { span } from './age.tsx';
import { inert } from './name.tsx';

export interface AcceptancesProps {
  readonly waivers: WireBoard['waivers'];
  readonly overrides: WireBoard['overrides'];
}

const columns = [
  { key: 'what', title: 'Accepted' },
  { key: 'by', title: 'By' },
  { key: 'reason', title: 'Reason' },
  { key: 'until', title: 'Until' },
];

/** Who accepted what; what has expired stays here, and no longer counts. */
export function Acceptances({ waivers, overrides }: AcceptancesProps) {
  const rows = [
    ...overrides.map((one) => ({ ...one, key: `o${one.id}`, what: `override: ${one.version}` })),
    ...waivers.map((one) => ({ ...one, key: `w${one.id}`, what: waived(one) })),
  ];
  if (rows.length === 0) return null;
  return (
    <>
      <h3>Waivers and overrides</h3>
      <Table label="Waivers and overrides" columns={columns}>
        <tbody>
          {rows.map(({ key, what, by, reason, expiresAt }) => (
            <tr key={key}>
              <th scope="row">{inert(what, 120)}</th>
              <td>{inert(by, 80)}</td>
              <td className="said">{inert(reason, 300)}</td>
              <td className="until">
                <Expiry iso={expiresAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

function waived({ check, relation, phase, app, bundleDigest }: WireBoard['waivers'][number]): string {
  const only = bundleDigest === undefined ? null : `only ${bundleDigest.slice(0, 19)}…`;
  return ['waiver:', check, relation, phase, app, only].filter((part) => part !== null).join(' ');
}

function Expiry({ iso }: { readonly iso: string }) {
  const leftMs = Date.parse(iso) - Date.now();
  return (
    <>
      <Badge tone={leftMs > 0 ? 'open' : 'idle'}>{leftMs > 0 ? `in force for ${span(leftMs)}` : 'expired'}</Badge>{' '}
      <Moment iso={iso} />
    </>
  );
}
