#include "simulator/magic.h"

#include <algorithm>

namespace wherry::sim {

UserBehaviour MagicNumber::behaviour() const {
  return meaning == MagicMeaning::user ? static_cast<UserBehaviour>(variant) : UserBehaviour::reads;
}

std::optional<MagicNumber> parse_magic(std::string_view digits) {
  if (digits.size() != 11 || !digits.starts_with("999")) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const auto meaning = static_cast<unsigned>(digits[3] - '0');
  if (meaning > static_cast<unsigned>(MagicMeaning::normalisation)) return std::nullopt;
  MagicNumber magic;
  magic.meaning = static_cast<MagicMeaning>(meaning);
  for (const char c : digits.substr(4, 6)) magic.code = magic.code * 10 + static_cast<std::uint32_t>(c - '0');
  magic.variant = static_cast<unsigned>(digits[10] - '0');
  return magic;
}

std::string normalised_wa_id(std::string_view digits) {
  std::string wa_id(digits);
  if (wa_id.size() < 6) return wa_id;
  const bool drop = (wa_id.back() - '0') % 2 == 0;
  if (drop) {
    wa_id.erase(4, 1);
  } else {
    wa_id.insert(4, 1, '9');
  }
  return wa_id;
}

bool MagicAttempts::applies(std::string_view number_id, std::string_view to, const MagicNumber& magic) {
  if (magic.variant == 0) return true;
  auto& shard = shards_[std::hash<std::string_view>{}(to) % shard_count];
  std::string key;
  key.reserve(number_id.size() + to.size() + 1);
  key.append(number_id).append("/").append(to);
  std::lock_guard lock(shard.mutex);
  if (shard.seen.size() >= shard_limit) shard.seen.clear();
  unsigned& count = shard.seen[std::move(key)];
  if (count >= magic.variant) return false;
  ++count;
  return true;
}

void MagicAttempts::clear() {
  for (auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.seen.clear();
  }
}

}  // namespace wherry::sim
