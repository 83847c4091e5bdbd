import { startAdmin } from './http.mjs';
import { observeRoutes } from './observe.mjs';
import { phoneRoutes } from './phones.mjs';
import { groupRoutes } from './groups.mjs';
import { troubleRoutes } from './trouble.mjs';

export const adminRoutes = (fake) => ({ ...observeRoutes(fake), ...phoneRoutes(fake), ...groupRoutes(fake), ...troubleRoutes(fake) });
export const serveAdmin = (fake, port) => startAdmin(adminRoutes(fake), port);
