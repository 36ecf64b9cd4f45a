import type { WireBoard, WireBoardItem } from '../../../../shared/edge/wire/board.ts';
import { Acceptances } from './acceptances.tsx';
import { Answered } from './answered.tsx';
import { BoardVersion } from './board-version.tsx';
import { inert } from './name.tsx';
import { Shell } from './shell.tsx';
import { Ways } from './start-page.tsx';
import { useAnswer } from './use-answer.ts';

/** For whoever decides what goes out: each service and environment, its versions, and the gate's answer to each. */
export function BoardPage() {
  const { answer, again } = useAnswer<WireBoard>(`/v1/board${location.search}`);
  return (
    <Shell title="Board">
      <h1>What may go out</h1>
      <Answered answer={answer} again={again}>
        {(board) =>
          board.items.length === 0 ? (
            <section className="stack" aria-labelledby="nothing">
              <h2 id="nothing">Nothing was rehearsed here yet, so nothing may go out. Three ways to begin:</h2>
              <Ways />
            </section>
          ) : (
            <>
              {placesOf(board).map((place) => (
                <Place key={`${place.service}\n${place.environment}`} place={place} board={board} again={again} />
              ))}
              <p className="soft">
                As the gate answers now.{' '}
                <button type="button" className="button" onClick={() => void again()}>
                  Ask again
                </button>
              </p>
            </>
          )
        }
      </Answered>
    </Shell>
  );
}

interface PlaceOf {
  readonly service: string;
  readonly environment: string;
  readonly items: readonly WireBoardItem[];
}

interface PlaceProps {
  readonly place: PlaceOf;
  readonly board: WireBoard;
  readonly again: () => Promise<void>;
}

function Place({ place: { service, environment, items }, board, again }: PlaceProps) {
  const owners = [...new Set(items.flatMap((item) => item.owners))];
  const waivers = board.waivers.filter(
    (waiver) => waiver.service === service && (waiver.environment ?? environment) === environment,
  );
  const overrides = board.overrides.filter((one) => one.service === service && one.environment === environment);
  const asked = items.filter(({ gate }) => gate !== null);
  return (
    <section className="place" aria-label={inert(`${service} in ${environment}`, 120)}>
      <h2>
        <a href={`/?${new URLSearchParams({ service, environment })}`}>{inert(service, 80)}</a> in{' '}
        {inert(environment, 60)}
        {owners.length > 0 && <span className="soft"> · owners: {inert(owners.join(', '), 120)}</span>}
      </h2>
      <div className="versions">
        {asked.map((item) => (
          <BoardVersion key={item.id} item={item} again={again} />
        ))}
      </div>
      {asked.length < items.length && (
        <p className="soft">
          Older versions:{' '}
          {inert(
            items
              .slice(asked.length)
              .map(({ version }) => version)
              .join(', '),
            300,
          )}
          . Ask the gate for them.
        </p>
      )}
      <Acceptances waivers={waivers} overrides={overrides} />
    </section>
  );
}

/** Places in the order of their names, versions newest first. */
function placesOf({ items }: WireBoard): readonly PlaceOf[] {
  const places = Object.values(
    Object.groupBy(items, ({ service, environment }) => JSON.stringify([service, environment])),
  );
  return places
    .flatMap((own) => {
      const first = own?.[0];
      if (own === undefined || first === undefined) return [];
      return [{ service: first.service, environment: first.environment, items: own }];
    })
    .toSorted(
      (left, right) => left.service.localeCompare(right.service) || left.environment.localeCompare(right.environment),
    );
}
