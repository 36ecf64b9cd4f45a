/** Removes containers, networks and volumes of the compose projects that are named so; default: as tests name theirs. */
export declare function removeForgottenProjects(prefix?: string): void;
