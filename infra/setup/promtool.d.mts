/** This machine's own, else the one that set-up laid into the checkout; undefined: neither is there. */
export declare function findPromtool(): string | undefined;
