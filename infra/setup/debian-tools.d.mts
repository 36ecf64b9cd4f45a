/** Packages of the distribution with the migration tools that npm has not; tests rehearse with them. */
export declare const debianTools: readonly string[];
