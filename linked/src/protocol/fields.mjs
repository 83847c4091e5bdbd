import { badRequest } from './errors.mjs';

/** Readers of request fields. Each throws bad_request naming the field. */
const MAX_TEXT = 65536;

export function text(from, field, { max = MAX_TEXT, min = 1, optional = false } = {}) {
  const value = from[field];
  if (value === undefined && optional) return undefined;
  if (typeof value !== 'string' || value.length < min || value.length > max) throw badRequest(field);
  return value;
}

export function matching(from, field, pattern, { optional = false } = {}) {
  const value = from[field];
  if (value === undefined && optional) return undefined;
  if (typeof value !== 'string' || value.length > 256 || !pattern.test(value)) throw badRequest(field);
  return value;
}

export function integer(from, field, { min = 0, max = Number.MAX_SAFE_INTEGER, optional = false } = {}) {
  const value = from[field];
  if (value === undefined && optional) return undefined;
  if (!Number.isSafeInteger(value) || value < min || value > max) throw badRequest(field);
  return value;
}

export function number(from, field, min, max) {
  const value = from[field];
  if (typeof value !== 'number' || !(value >= min && value <= max)) throw badRequest(field);
  return value;
}

export function flag(from, field) {
  const value = from[field];
  if (value !== undefined && typeof value !== 'boolean') throw badRequest(field);
  return value;
}

export function oneOf(from, field, values, fallback) {
  const value = from[field] ?? fallback;
  if (!values.includes(value)) throw badRequest(field);
  return value;
}

export function object(from, field, { optional = false } = {}) {
  const value = from[field];
  if (value === undefined && optional) return undefined;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badRequest(field);
  return value;
}

export function list(from, field, read, { min = 0, max, optional = false }) {
  const value = from[field];
  if (value === undefined && optional) return undefined;
  if (!Array.isArray(value) || value.length < min || value.length > max) throw badRequest(field);
  return value.map(item => read(item));
}

const SESSION = /^[A-Za-z0-9_-]{1,64}$/;
const MESSAGE_ID = /^[A-Za-z0-9]{8,64}$/;
const WA_ID = /^[A-Za-z0-9_.-]{1,128}$/;
const CHAT = /^([0-9]{1,20}@(s\.whatsapp\.net|lid)|[0-9-]{1,40}@g\.us)$/;
const USER = /^[0-9]{1,20}@(s\.whatsapp\.net|lid)$/;
const GROUP = /^[0-9-]{1,40}@g\.us$/;
const DIGITS = /^[0-9]{5,20}$/;

export const sessionId = from => matching(from, 'session', SESSION);
/** An id of ours. */
export const messageId = from => matching(from, 'message_id', MESSAGE_ID);
/** An id somebody else's client chose. */
export const foreignId = (from, field = 'id') => matching(from, field, WA_ID);
export const chatJid = (from, field = 'chat', options) => matching(from, field, CHAT, options);
export const userJid = (from, field, options) => matching(from, field, USER, options);
export const groupJid = (from, field = 'group') => matching(from, field, GROUP);
export const digits = (from, field) => matching(from, field, DIGITS);

/** {"id","sender","from_me"} of an existing message. */
export function target(from, field = 'target', options) {
  const value = object(from, field, options);
  if (!value) return undefined;
  return { id: foreignId(value), sender: userJid(value, 'sender', { optional: true }), from_me: flag(value, 'from_me') ?? false };
}
