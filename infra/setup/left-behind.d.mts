/** Containers, networks, volumes, mounts, control groups and processes of ours, a line each. */
export function lookAround(): ReadonlySet<string>;
