/** Builds the pages unless they are there as the sources say; false where that did not succeed. */
export declare function ensurePages(): boolean;
