/**
 * Why something of a bundle cannot be read, with what to do about it; null where that is no matter of whoever handed it
 * in: too many open files, no memory, a fault of ours.
 */
export function whyUnreadable(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'It cannot be read: permission denied. Let whoever rehearses read it: chmod -R a+rX BUNDLE';
    // It was there, and a file, when the directory was listed.
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return 'It changed while it was read. Hand the bundle in again when nobody writes to it.';
    case 'EIO':
    case 'ESTALE':
      return `The disk or the network below it failed (${code}). Copy the bundle to another disk and hand in the copy.`;
    default:
      return null;
  }
}
