// Answers to <iq>, by namespace. A handler returns { content, after } or throws an error with a code.
import { activate, link, ping } from './session.mjs';
import { encrypt } from './encrypt.mjs';
import { usync } from './usync.mjs';
import { appState } from './app_state.mjs';
import { groups } from './groups.mjs';
import { blocklist, mediaConn, mex, picture, privacy, props } from './settings.mjs';

const handlers = { 'w:p': ping, passive: activate, md: link, encrypt, usync, abt: props, privacy, blocklist, 'w:m': mediaConn, 'w:sync:app:state': appState, 'w:g2': groups, 'w:mex': mex, 'w:profile:picture': picture };
const beforeLogin = new Set(['w:p', 'md']);

export function answerIq(services, connection, node) {
  const { xmlns } = node.attrs;
  const { device } = connection;
  if (!device && !beforeLogin.has(xmlns)) throw Object.assign(new Error('not-authorized'), { code: 401 });
  const first = Array.isArray(node.content) ? node.content[0] : undefined;
  const request = { ...services, connection, device, account: device?.account, node, first };
  return handlers[xmlns]?.(request); // whatever else a client wants to tell is accepted
}
