/** The bundle that `npm start` rehearses first, relative to the checkout. */
export declare const exampleBundle: string;
