#pragma once

namespace wherry {

/// How a channel reaches WhatsApp.
enum class ChannelKind {
  cloud,   ///< Meta's Cloud API, by phone number id
  linked,  ///< a phone that was linked by QR or pairing code
};

}  // namespace wherry
