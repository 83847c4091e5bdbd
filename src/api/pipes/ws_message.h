#pragma once

#include <string>

#include "services/ports/inbound_view.h"

namespace wherry::api::pipes {

/// The `whatsapp_message` frame. A type Pipes does not know, or one whose own object makes no sense, becomes "unsupported":
/// the envelope only.
std::string render_whatsapp_message(const InboundView& message);

}  // namespace wherry::api::pipes
