/** "Not looked" is a value: an observation that could not be made says why, and is never read as "nothing seen". */
export type Observed<T> = { readonly seen: true; readonly value: T } | { readonly seen: false; readonly why: string };

export const observed = <T>(value: T): Observed<T> => ({ seen: true, value });
export const unobserved = (why: string): Observed<never> => ({ seen: false, why });
