// Some accounts must confirm a new device with a passkey: after the scan the companion is asked for a WebAuthn assertion instead of being paired.
import crypto from 'node:crypto';
import { el, serverJid } from '../nodes.mjs';
import { seconds, stanzaId } from '../bytes.mjs';

export function passkeyPrologue() {
  const request = { challenge: crypto.randomBytes(32).toString('base64url'), rpId: 'whatsapp.com', timeout: 60000, userVerification: 'required', allowCredentials: [] };
  return el('notification', { from: serverJid, type: 'passkey_prologue_request', id: stanzaId(), t: seconds() }, [el('passkey_request_options', {}, Buffer.from(JSON.stringify(request)))]);
}
