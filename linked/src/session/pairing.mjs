import { Fault } from '../protocol/errors.mjs';

const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QR_COUNT = 6;
const CODE_MS = 160_000;
const ANSWER_MS = 30_000;

/** Linking one session to a phone, by QR code or by an eight-character code. Until the phone has agreed nothing is stored, so whatever
    is cut short leaves no half-linked credentials behind. */
export class Pairing {
  #session;
  #method = null;
  #phone = null;
  #shown = 0;
  #timer = null;

  constructor(session) {
    this.#session = session;
  }

  get active() {
    return this.#method !== null;
  }

  begin(method, phone) {
    const session = this.#session;
    if (session.paired) throw new Fault('already_paired', 'the session is linked already');
    if (this.active || session.link) throw new Fault('conflict', 'linking goes on already');
    if (session.state === 'starting' || session.state === 'stopped') throw new Fault('conflict', `the session is ${session.state}`);
    this.#method = method;
    this.#phone = phone;
    this.#shown = 0;
    session.creds = null;
    session.setState('starting');
    this.#expireIn(ANSWER_MS, 'lost');
    session.connect({ byCode: method === 'code' });
  }

  /** The server is ready: it sent references for QR codes, of which this is one. */
  qr(code) {
    if (!this.active) return;
    const session = this.#session;
    if (this.#method === 'code') {
      if (this.#shown++ === 0) this.#requestCode().catch(() => session.leave('unpaired', { reason: 'expired', message: 'WhatsApp gave no code' }));
      return;
    }
    const life = this.#shown++ === 0 ? FIRST_QR_MS : NEXT_QR_MS;
    this.#expireIn(life + 5000, 'expired'); // the library ends it before
    if (session.state !== 'qr') session.setState('qr');
    session.event('qr', { code, expires_at: Date.now() + life, left: Math.max(0, QR_COUNT - this.#shown) });
  }

  async #requestCode() {
    const session = this.#session;
    const code = await session.link.sock.requestPairingCode(this.#phone);
    if (!this.active) return;
    this.#expireIn(CODE_MS, 'expired');
    session.setState('code');
    session.event('code', { code, expires_at: Date.now() + CODE_MS });
  }

  /** The phone agreed and the credentials hold its signature; WhatsApp will ask for a new connection. */
  succeeded() {
    const session = this.#session;
    const { me, platform } = session.creds;
    this.cancel();
    session.setState('pairing');
    session.keys.saveCredentials(session.creds);
    session.keys.flush().catch(() => {});
    session.record('paired', { jid: plainOf(me.id), lid: me.lid ? plainOf(me.lid) : null, name: me.name ?? '', platform: platform ?? '' });
  }

  passkeyAsked() {
    if (this.#session.paired) return;
    return this.#session.leave('passkey_required', { message: 'WhatsApp asks for a passkey, which only a browser on its own page can give' });
  }

  /** The connection closed before the phone agreed. */
  ended(verdict) {
    this.cancel();
    const session = this.#session;
    session.creds = null;
    const stays = verdict.again === 'never' && verdict.state !== 'logged_out' && verdict.state !== 'unpaired';
    session.setState(stays ? verdict.state : 'unpaired', { reason: verdict.reason, code: verdict.code });
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#method = null;
  }

  #expireIn(ms, reason) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.active && this.#session.leave('unpaired', { reason }), ms);
  }
}

const plainOf = jid => jid.replace(/:\d+@/, '@');
