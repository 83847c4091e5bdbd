#pragma once

#include <string>

#include "services/ports/journal_store.h"

namespace wherry::api::pipes {

/// The `whatsapp_message` frame of a "message.received" row. A type Pipes does not know, or one whose own object makes no sense, becomes
/// "unsupported": the envelope only. `channel` is nullptr when it was removed.
std::string render_whatsapp_message(const Channel* channel, const JournalItem& item);

}  // namespace wherry::api::pipes
