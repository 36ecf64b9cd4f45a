#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Half of the time in which a command starts goes into compiling; beside the packages nobody else may write what we
// run.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/compiled'));
await import('./command-line.ts');
