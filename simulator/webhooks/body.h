#pragma once

#include <span>
#include <string>

#include "simulator/webhooks/update.h"

namespace wherry::sim {

/// How updates that share a POST are laid out.
enum class Grouping {
  by_kind,  ///< messages and statuses in changes of their own
  mixed,    ///< messages, statuses and errors of a number in one value
};

/// The body of one webhook POST: {"object":"whatsapp_business_account","entry":[…]}, updates of one account in one entry.
/// Source: Cloud API contract 8.7, 9, 10.
std::string build_webhook_body(std::span<const UpdatePtr> updates, Grouping grouping, bool with_conversation);

}  // namespace wherry::sim
