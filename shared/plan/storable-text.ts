/** PostgreSQL keeps neither U+0000 nor half of a surrogate pair: https://www.postgresql.org/docs/current/datatype-json.html */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** What cannot be kept of it becomes U+FFFD: programs print NULs, and who cuts a line may cut a character. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
