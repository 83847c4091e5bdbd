#pragma once

#include "api/sessions/routes.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// The request's Idempotency-Key; nullopt when it has none or an empty one. Errors: invalid_argument.
Result<std::optional<std::string>> idempotency_key(const http::Headers& headers);

/// The right to send under a key of an organisation, or what was answered before. One key is one send, whatever the body says and whichever
/// session it names. Waits for whoever has the key, as long as for 30 s. Sends that failed leave it free: the next goes under its next
/// number. Without a key there is one nobody else has. Errors: idempotency_conflict (still running), unavailable.
Task<Result<Idempotency::Begun>> begin_send(const SessionsServices& services, TenantId tenant, std::optional<std::string> key);

/// The message that was accepted under a claim nobody holds any more; nullopt when there is none.
Task<Result<std::optional<Message>>> message_under(const SessionsServices& services, IdempotencyClaim claim);

/// What a repeat is answered: the stored answer, or what the message tells.
http::Response replay(const IdempotentAnswer& answer);
http::Response replay(const Message& message);

}  // namespace wherry::api::sessions
