#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/render.h"
#include "simulator/world.h"

namespace wherry::sim {

/// Users as the webhooks of one number show them: business-scoped ids, user names, and whether the phone is shown.
/// Source: Cloud API contract 9, 10, 16.4. Threads: any.
class Identities {
 public:
  explicit Identities(World& world) : world_(world) {}

  /// The user with what the magic identities (+999 6 …) add.
  User user(std::string_view wa_id) const;
  UserView view(const Number& number, std::string_view wa_id, Timestamp now) const;
  /// The business wrote to the phone: for 30 days the number sees it.
  void wrote_to_phone(const Number& number, std::string_view wa_id, Timestamp now);
  void clear();

 private:
  static constexpr std::size_t limit = 20'000;  // pairs remembered; beyond it the oldest knowledge is dropped whole
  bool knows_phone(const Number& number, std::string_view wa_id, Timestamp now) const;

  World& world_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Timestamp> known_until_;  // number/wa_id
};

}  // namespace wherry::sim
