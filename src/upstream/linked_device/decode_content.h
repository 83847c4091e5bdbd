#pragma once

#include "services/ports/linked_content.h"
#include "upstream/linked_device/fields.h"

namespace wherry::linked {

inline constexpr std::size_t max_token_bytes = 8192;
inline constexpr std::size_t max_foreign_id_bytes = 255;  ///< WhatsApp's ids of messages and calls

/// The content of a received message. Never fails: what has no form here, or lacks what its kind needs, is UnknownContent.
ReceivedContent decode_content(const Fields& content);

/// {"id","sender","from_me"}; nullopt without a usable id.
std::optional<MessageRef> decode_ref(const Fields& ref);

}  // namespace wherry::linked
