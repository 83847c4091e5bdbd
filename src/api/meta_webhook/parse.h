#pragma once

#include <string_view>
#include <vector>

#include "domain/inbound.h"

namespace wherry::api::meta_webhook {

/// Every event of a webhook body, in document order. Never fails and never throws away: what is no message or status, or cannot be
/// read, comes as an OtherEvent. A body that is no JSON object is one OtherEvent with neither number nor account.
/// Source: Cloud API webhooks, envelope.
std::vector<InboundEvent> parse_webhook(std::string_view body);

}  // namespace wherry::api::meta_webhook
