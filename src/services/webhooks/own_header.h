#pragma once

#include "base/result.h"
#include "services/ports/webhook_endpoint.h"

namespace wherry::webhooks {

/// The header_name that stands for several headers. They come last and may replace the format's own.
inline constexpr std::string_view several_headers = "*";

/// A header that a tenant wants with every call, so that the endpoint knows who calls. No header at all is fine, and so is one of at most
/// 64 and 1024 printable characters that neither HTTP nor a format has a meaning of its own for. Errors: invalid_argument.
Result<void> check_own_header(const std::string& name, const Secret& value);
/// Adds the subscription's, if it has one.
void add_own_header(const Subscription& subscription, WebhookCall& call);

}  // namespace wherry::webhooks
