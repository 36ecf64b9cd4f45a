import { common, serve } from '../server.js';

serve(common);
