#pragma once

#include "base/json.h"
#include "services/outbox/outbox.h"

namespace wherry::api::admin {

/// The message a native call asks for. Takes: {"tenant_id", "conversation_id" or "channel_id" and "to", "type", TYPE: {…}, "priority"?,
/// "send_at"?}. Errors: invalid_argument, naming the field.
Result<SendRequest> parse_send_request(const json::object& body);

/// The content of {"type": T, T: …}, of every kind. Files by our media id: {"type":"image","image":{"media":"…","caption":"…"}}; locations,
/// contacts, interactive messages and templates in the shape WhatsApp gives them (domain/meta_shape.h).
Result<Content> parse_content(const json::object& body);

}  // namespace wherry::api::admin
