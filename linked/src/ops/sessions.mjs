import { Fault } from '../protocol/errors.mjs';
import { digits, integer, oneOf, sessionId } from '../protocol/fields.mjs';
import { readSettings } from '../session/settings.mjs';
import { Session } from '../session/session.mjs';

export const MAX_SESSIONS = 200;

async function start(sidecar, request) {
  const id = sessionId(request);
  const settings = readSettings(request);
  const delay = integer(request, 'delay_ms', { max: 600_000, optional: true }) ?? 0;
  if (sidecar.sessions.has(id)) return { running: true };
  if (sidecar.sessions.size >= MAX_SESSIONS) throw new Fault('busy', 'this process has all the sessions it takes');
  const session = new Session({ id, settings, channel: sidecar.channel, sharedDir: sidecar.sharedDir });
  sidecar.sessions.set(id, session);
  try {
    session.prepare();
  } catch (error) {
    sidecar.sessions.delete(id);
    throw error;
  }
  session.start(delay).catch(error => session.fault('start', error));
  return { running: false };
}

async function stop(sidecar, request) {
  const id = sessionId(request);
  const session = sidecar.sessions.get(id);
  if (!session) throw new Fault('no_session', 'no such session');
  session.stopped ??= session.stop();
  await session.stopped;
  if (sidecar.sessions.get(id) === session) sidecar.sessions.delete(id);
  return {};
}

async function pair(session, request) {
  const method = oneOf(request, 'method', ['qr', 'code']);
  session.pairing.begin(method, method === 'code' ? digits(request, 'phone') : null);
  return {};
}

async function logout(session) {
  if (!session.paired) throw new Fault('not_paired', 'the session is not linked');
  const told = session.state === 'working' && (await session.tellLogout());
  await session.leave('logged_out', { reason: 'requested' }, { wipe: true });
  return { told };
}

export const processOps = { 'session.start': start, 'session.stop': stop };
export const sessionOps = { 'session.pair': pair, 'session.logout': logout };
