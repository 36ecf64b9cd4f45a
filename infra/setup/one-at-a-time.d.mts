export function oneAtATime<T>(lock: string, work: () => T, onWait?: (holder: number | undefined) => void): T;
