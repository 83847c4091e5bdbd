#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wherry::sim {

/// Ids of every kind, drawn from a seed and one counter per kind: runs repeat exactly. Threads: any.
class IdSource {
 public:
  explicit IdSource(std::uint64_t seed) : seed_(seed) {}

  /// 15-17 decimal digits: numbers, WABAs, media, templates, apps.
  std::string node();
  /// wamid of a message the business sent (18 hex characters of key) or received (20, beginning with 3A).
  /// `wa_id` may be anything up to 120 characters.
  std::string outbound_message(std::string_view wa_id);
  std::string inbound_message(std::string_view wa_id);
  /// wacid. and 24 characters.
  std::string call();
  /// A and 22 base64url characters.
  std::string trace();
  /// 32 hex digits: download hashes and the like.
  std::string hash();
  void reset();

  std::uint64_t seed() const { return seed_; }

 private:
  enum Kind : std::size_t { kind_node, kind_outbound, kind_inbound, kind_call, kind_trace, kind_hash, kind_count };
  std::uint64_t draw(Kind kind, std::uint64_t count, std::uint64_t salt) const;
  std::string message(Kind kind, std::string_view wa_id, bool outbound, std::size_t key_length);

  std::uint64_t seed_;
  std::array<std::atomic<std::uint64_t>, kind_count> next_{};
};

/// The ISO country of a number by its calling code, "ZZ" when unknown.
std::string_view country_of(std::string_view digits);

/// The business-scoped id of a user: <country>. and 20 digits, different in every portfolio, always the same in one.
/// It can be read back without a table. `wa_id` is 1-15 digits.
std::string bsuid_of(std::string_view portfolio_id, std::string_view wa_id);
/// The wa_id behind a BSUID of this portfolio; nullopt when it is none.
std::optional<std::string> wa_id_of_bsuid(std::string_view portfolio_id, std::string_view bsuid);

}  // namespace wherry::sim
