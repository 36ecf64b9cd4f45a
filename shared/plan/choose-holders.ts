import type { LoadActor } from '../domain/bundle.ts';
import { type Holder, holders, obstacle, type Request } from '../domain/holder.ts';

/** The one that is tried of those that are in the way for the same reason: first what production has most of. */
const order: readonly Holder[] = ['open-write', 'vacuum', 'pg-dump', 'long-read', 'index-build', 'idle-read'];

/** A writer of this very table is waited for too: a dump shows that any other table will do. */
const orderForSnapshots: readonly Holder[] = [
  'pg-dump',
  'long-read',
  'open-write',
  'index-build',
  'idle-read',
  'vacuum',
];

export interface ChosenHolder {
  readonly holder: Holder;
  readonly standsFor: readonly Holder[];
}

/**
 * Who is put in the way of a request: one for each reason to wait, for the server asks nobody in a queue who he is,
 * and whom the manifest names besides.
 */
export function chosenHolders(request: Request, named: readonly LoadActor[]): readonly ChosenHolder[] {
  const inTheWay = (why: 'lock' | 'snapshot') => holders.filter((holder) => obstacle(request, holder) === why);
  const groups = [
    { alike: inTheWay('lock'), first: order },
    { alike: inTheWay('snapshot'), first: orderForSnapshots },
  ];
  const chosen = groups.flatMap(({ alike, first }) => {
    const holder = first.find((candidate) => alike.includes(candidate));
    return holder === undefined ? [] : [{ holder, alike }];
  });
  const asked = holders.filter(
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
