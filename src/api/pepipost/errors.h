#pragma once

#include "api/pepipost/refusal.h"
#include "domain/meta_error.h"
#include "net/message.h"

namespace wherry::api::pepipost {

/// What a failure of the services is on this door.
Refusal refusal_of(const Error& error);

/// {"status":"failure","error":{"code","message"}}
http::Response failure_response(const Refusal& refusal);

/// What WhatsApp would have said of a message that is refused with not_opted_in or window_closed.
UpstreamError upstream_error_of(Code code);

/// Why WhatsApp did not deliver a message: "8007 outside support window".
std::string status_remark(const std::optional<UpstreamError>& error);

}  // namespace wherry::api::pepipost
