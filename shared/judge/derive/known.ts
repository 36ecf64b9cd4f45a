/** The same record without the keys whose value is undefined: an absent place is absent, not `undefined`. */
export function known<T extends object>(record: T): Known<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Known<T>;
}

type MaybeKeys<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];
type Known<T> = Omit<T, MaybeKeys<T>> & { [Key in MaybeKeys<T>]?: Exclude<T[Key], undefined> };
