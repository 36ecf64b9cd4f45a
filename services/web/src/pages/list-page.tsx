import type { Static } from 'typebox';
import type { RehearsalListSchema } from '../../../../shared/edge/wire/rehearsal.ts';
import { Answered } from './answered.tsx';
import type { Answer } from './ask-service.ts';
import { ListFilter } from './list-filter.tsx';
import { inert } from './name.tsx';
import { RehearsalRow } from './rehearsal-row.tsx';
import { Shell } from './shell.tsx';
import { Ways } from './start-page.tsx';
import { Trend } from './trend.tsx';
import { useAnswer } from './use-answer.ts';

type List = Static<typeof RehearsalListSchema>;

/** Everything that was rehearsed, newest first; the address holds what it was narrowed to. */
export function ListPage() {
  const asked = given(new URLSearchParams(location.search));
  const { answer, again } = useAnswer<List>(`/v1/rehearsals?${asked}`);
  const service = asked.get('service');
  return (
    <Shell title={service === null ? 'Rehearsals' : `Rehearsals of ${service}`}>
      <h1>{service === null ? 'Rehearsals' : <>Rehearsals of {inert(service)}</>}</h1>
      {isEmpty(answer, asked) || <ListFilter asked={asked} />}
      <Answered answer={answer} again={again}>
        {({ items, cursor }) => (
          <>
            {service !== null && <Trend service={service} environment={asked.get('environment') ?? 'production'} />}
            <Items items={items} asked={asked} />
            {cursor !== null && <a href={`/?${added(asked, 'cursor', cursor)}`}>Older rehearsals</a>}
          </>
        )}
      </Answered>
    </Shell>
  );
}

function Items({ items, asked }: { readonly items: List['items']; readonly asked: URLSearchParams }) {
  if (items.length > 0) {
    return (
      <ul className="rows" aria-label="Rehearsals">
        {items.map((item) => (
          <RehearsalRow key={item.id} item={item} />
        ))}
      </ul>
    );
  }
  if (asked.size > 0) {
    return (
      <p>
        No rehearsal fits that. <a href="/">Show all</a>
      </p>
    );
  }
  return (
    <section className="stack" aria-labelledby="first">
      <h2 id="first">Nothing was rehearsed here yet. Three ways to begin:</h2>
      <Ways />
    </section>
  );
}

/** Nothing is there at all: there is nothing to look for either. */
const isEmpty = (answer: Answer<List>, asked: URLSearchParams): boolean =>
  answer.kind === 'there' && answer.content.items.length === 0 && asked.size === 0;

/** Without the fields that were left empty. */
function given(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([, value]) => value.trim() !== ''));
}

function added(asked: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(asked);
  next.set(key, value);
  return next;
}
