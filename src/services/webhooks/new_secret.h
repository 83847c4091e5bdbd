#pragma once

#include "base/crypto.h"
#include "base/result.h"
#include "services/ports/webhook_store.h"

namespace wherry::webhooks {

/// standard: "whsec_" and base64 of 24 to 64 bytes; pipes: 16 to 256 characters, or empty for no signature; graph: 16 to 256
/// characters; pepipost: none. Empty is always allowed: make_secret() then. Errors: invalid_argument.
Result<void> check_secret(WebhookFormat format, std::string_view secret);
/// A fresh one; empty for pipes, whose signature is optional, and for pepipost, which has none; magpipe: "whsec_" and 64 hex digits.
Secret make_secret(WebhookFormat format);
/// 32 random bytes.
Secret make_signing_seed();

}  // namespace wherry::webhooks
