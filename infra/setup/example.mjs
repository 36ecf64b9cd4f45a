/**
 * The bundle that `npm start` rehearses first, relative to the checkout; it is one of the incidents, completed with its
 * modules.
 */
export const exampleBundle = 'test/incidents/swallowed-lock-timeout/unsafe';
