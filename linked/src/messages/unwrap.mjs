import { getContentType, normalizeMessageContent } from 'baileys';

const WRAPPERS = ['ephemeralMessage', 'viewOnceMessage', 'documentWithCaptionMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension', 'editedMessage',
  'associatedChildMessage', 'groupStatusMessage', 'groupStatusMessageV2'];
const VIEW_ONCE = new Set(['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension']);

/** Takes the envelopes off a message: { message, type, body, context, viewOnce }; type is the field's name, undefined when there is no content. */
export function unwrap(outer) {
  let viewOnce = false;
  let inner = outer;
  for (let depth = 0; depth < 5 && inner; depth++) {
    const wrapper = WRAPPERS.find(name => inner[name]?.message);
    if (!wrapper) break;
    viewOnce ||= VIEW_ONCE.has(wrapper);
    inner = inner[wrapper].message;
  }
  const message = normalizeMessageContent(outer) ?? {};
  const type = getContentType(message);
  const body = type ? message[type] : undefined;
  const context = (typeof body === 'object' && body?.contextInfo) || undefined;
  return { message, type, body, context, viewOnce: viewOnce || body?.viewOnce === true };
}

/** Poll creations come in five spellings. */
export function pollOf(message) {
  const { message: inner } = unwrap(message ?? {});
  const poll = inner.pollCreationMessage || inner.pollCreationMessageV2 || inner.pollCreationMessageV3 || inner.pollCreationMessageV5;
  const secret = message?.messageContextInfo?.messageSecret ?? inner.messageContextInfo?.messageSecret;
  return poll ? { name: poll.name ?? '', options: (poll.options ?? []).map(option => option.optionName ?? ''), selectable: poll.selectableOptionsCount ?? 0, secret } : undefined;
}
