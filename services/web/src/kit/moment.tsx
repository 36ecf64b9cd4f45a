/** A time in the reader's zone, with UTC beside it. */
export function Moment({ iso }: { readonly iso: string }) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return <span>{iso}</span>;
  const utc = `${iso.slice(0, 16).replace('T', ' ')} UTC`;
  const here = time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <time dateTime={iso}>
      {here} <span className="soft">({utc})</span>
    </time>
  );
}
