/** Copies a bundle and adds the modules that its package.json depends on, from those of the checkout. */
export declare function completeBundle(sourceDir: string, targetDir: string, checkoutDir?: string): Promise<void>;
