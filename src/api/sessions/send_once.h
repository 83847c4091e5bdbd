#pragma once

#include "api/sessions/routes.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// The request's Idempotency-Key; nullopt when it has none or an empty one. Errors: invalid_argument.
Result<std::optional<std::string>> idempotency_key(const http::Headers& headers);

/// One key of an organisation is one send, whatever the body says and whichever session it names.
IdempotencyClaim claim_of(TenantId tenant, std::string key);

/// Waits for whoever has the key, as long as for 30 s. Failed sends leave it free. Gives the right to it, or what was answered.
/// Errors: idempotency_conflict (still running), unavailable.
Task<Result<Idempotency::Begun>> begin_send(const SessionsServices& services, IdempotencyClaim claim);

/// What a repeat is answered: the stored answer, or what the message tells.
http::Response replay(const IdempotentAnswer& answer);
http::Response replay(const Message& message);

}  // namespace wherry::api::sessions
