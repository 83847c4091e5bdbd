#include "store/time_ids.h"

#include <algorithm>

namespace wherry::store {

MessageId id_at(Timestamp at, std::uint8_t rest) {
  MessageId id;
  id.raw.bytes.fill(rest);
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_unix_millis(at)));
  for (int i = 5; i >= 0; --i, millis >>= 8) id.raw.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis);
  return id;
}

MessageId just_before(MessageId id) {
  for (std::size_t i = id.raw.bytes.size(); i-- > 0;) {
    if (id.raw.bytes[i]-- != 0) break;
  }
  return id;
}

}  // namespace wherry::store
