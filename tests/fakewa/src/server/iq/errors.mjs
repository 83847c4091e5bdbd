/** An <iq type=error> with WhatsApp's code and text. */
export const iqError = (code, text) => Object.assign(new Error(text), { code });
