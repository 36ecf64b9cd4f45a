import type { LoadActor } from '../domain/bundle.ts';
import { obstacle, type Request, type TableHolder, tableHolders } from '../domain/holder.ts';

/** The one that is tried of those that are in the way for the same reason: first what production has most of. */
const order: readonly TableHolder[] = ['open-write', 'vacuum', 'pg-dump', 'long-read', 'index-build', 'idle-read'];

/** A writer of this very table is waited for too: a dump shows that any other table will do. */
const orderForSnapshots: readonly TableHolder[] = [
  'pg-dump',
  'long-read',
  'open-write',
  'index-build',
  'idle-read',
  'vacuum',
];

export interface ChosenHolder {
  readonly holder: TableHolder;
  readonly standsFor: readonly TableHolder[];
}

/**
 * Who is put in the way of a request: one for each reason to wait, for the server asks nobody in a queue who he is,
 * and whom the manifest names besides.
 */
export function chosenHolders(request: Request, named: readonly LoadActor[]): readonly ChosenHolder[] {
  const inTheWay = (why: 'lock' | 'snapshot') => tableHolders.filter((holder) => obstacle(request, holder) === why);
  const groups = [
    { alike: inTheWay('lock'), first: order },
    { alike: inTheWay('snapshot'), first: orderForSnapshots },
  ];
  const chosen = groups.flatMap(({ alike, first }) => {
    const holder = first.find((candidate) => alike.includes(candidate));
    return holder === undefined ? [] : [{ holder, alike }];
  });
  const asked = tableHolders.filter(
    (holder) =>
      named.some((actor) => actor === holder && (actor === 'pg-dump' || actor === 'vacuum')) &&
      obstacle(request, holder) !== undefined &&
      !chosen.some((one) => one.holder === holder),
  );
  return [
    ...chosen.map(({ holder, alike }) => ({
      holder,
      standsFor: alike.filter((other) => other !== holder && !asked.includes(other)),
    })),
    ...asked.map((holder) => ({ holder, standsFor: [] })),
  ];
}
