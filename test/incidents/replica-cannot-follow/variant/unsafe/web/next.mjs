import { start } from './serve.mjs';

start('title, places, free');
