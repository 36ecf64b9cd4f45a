/** A folder a migration, as some tools lay them out: the file's own name is that of every other one. */
const saysNothingAlone = /^(migration|up|down)\.sql$/;

/**
 * What a ledger of text has for a file (CONTRACT 1.5): its name, with its folder's before it where that alone tells one
 * from another. The runner and whoever checks a manifest must name files alike.
 */
export function ledgerVersion(file: string): string {
  const [name = '', folder] = file.split('/').reverse();
  return folder !== undefined && saysNothingAlone.test(name) ? `${folder}/${name}` : name;
}
