export interface ListFilterProps {
  readonly asked: URLSearchParams;
}

const texts = [
  ['search', 'Search', 'name, commit, sentence or id'],
  ['service', 'Service', ''],
  ['branch', 'Branch', ''],
  ['environment', 'Environment', ''],
] as const;

/** A plain form: what is asked for is in the address, so that it can be sent to somebody. */
export function ListFilter({ asked }: ListFilterProps) {
  const isNarrowed = [...asked.keys()].some((key) => key !== 'cursor');
  return (
    <search>
      <form method="get" action="/" className="form filter">
        {texts.map(([name, label, hint]) => (
          <label key={name} className={name}>
            {label}
            <input
              type={name === 'search' ? 'search' : 'text'}
              name={name}
              maxLength={200}
              placeholder={hint}
              defaultValue={asked.get(name) ?? ''}
            />
          </label>
        ))}
        <label>
          Verdict
          <select name="verdict" defaultValue={asked.get('verdict') ?? ''}>
            <option value="">any</option>
            <option value="pass">pass</option>
            <option value="fail">fail</option>
            <option value="inconclusive">inconclusive</option>
          </select>
        </label>
        <div className="actions">
          <button type="submit" className="button strong">
            Show
          </button>
          {isNarrowed && <a href="/">Show all</a>}
        </div>
      </form>
    </search>
  );
}
