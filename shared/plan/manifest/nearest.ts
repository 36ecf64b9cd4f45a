/** The known word that takes the fewest single-letter changes to become `word`; the first of equals. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  return distances.toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Longer words are nothing that somebody mistyped, and the comparison takes the product of both lengths. */
const comparedCharsMax = 100;

/** Optimal string alignment distance, case aside: insert, delete, replace, swap two neighbours. */
export function editDistance(left: string, right: string): number {
  const a = left.slice(0, comparedCharsMax).toLowerCase();
  const b = right.slice(0, comparedCharsMax).toLowerCase();
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(back, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? at(twoBack, j - 2) + 1 : replaced;
      row.push(Math.min(at(back, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    twoBack = back;
    back = row;
  }
  return at(back, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
