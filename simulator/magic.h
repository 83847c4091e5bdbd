#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wherry::sim {

/// What the fourth digit of a number in the unassigned country code 999 asks for: +999 M CCCCCC V.
enum class MagicMeaning {
  user = 0,              ///< an ordinary user with behaviour V
  refuse = 1,            ///< synchronous Graph error CCCCCC
  fail = 2,              ///< accepted, then `failed` with CCCCCC
  fail_after_sent = 3,   ///< `sent`, then `failed` with CCCCCC
  bare_http = 4,         ///< HTTP status CCCCCC without a Graph body
  transport_fault = 5,   ///< MagicFault CCCCCC
  identity = 6,          ///< MagicIdentity V
  pacing = 7,            ///< MagicPacing V
  normalisation = 8,     ///< `wa_id` differs from `input`
};

/// V of MagicMeaning::user.
enum class UserBehaviour {
  reads = 0,
  receipts_off = 1,
  offline = 2,
  read_without_delivered = 3,
  read_before_delivered = 4,
  every_status_twice = 5,
  late_delivery = 6,  ///< delivered after 60 s
  plays_voice = 7,
  echoes = 8,         ///< answers with the text it got
  taps = 9,           ///< taps the first button or row
};

/// CCCCCC of MagicMeaning::transport_fault.
enum class MagicFault {
  close_unaccepted = 1,
  accept_then_close = 2,
  accept_then_slow = 3,  ///< answers after 30 s
  truncated_json = 4,
  slow_drip = 5,
  html_502 = 6,
  reset = 7,
};

enum class MagicIdentity { username_hidden = 0, username_visible = 1, no_username = 2, parent_bsuid = 3, changes_number = 4 };
enum class MagicPacing { held_then_released = 0, held_then_failed = 1, paused = 2 };

struct MagicNumber {
  MagicMeaning meaning = MagicMeaning::user;
  std::uint32_t code = 0;     ///< CCCCCC
  unsigned variant = 0;       ///< V
  bool operator==(const MagicNumber&) const = default;

  /// The behaviour of the user behind the number: V for users, plain reading otherwise.
  UserBehaviour behaviour() const;
};

/// Reads the digits of a recipient, without a plus. nullopt when it is no magic number (or the reserved M = 9).
std::optional<MagicNumber> parse_magic(std::string_view digits);

/// The `wa_id` of a number of MagicMeaning::normalisation: Brazil's and Mexico's kind of difference, one digit in or out.
std::string normalised_wa_id(std::string_view digits);

/// Counts attempts per recipient, for faults that happen only the first V times. Threads: any.
class MagicAttempts {
 public:
  /// Whether the fault of this number applies to the attempt that is being made now; counts it.
  bool applies(std::string_view number_id, std::string_view to, const MagicNumber& magic);
  void clear();

 private:
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_limit = 4096;  // recipients remembered; beyond it the shard starts over
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, unsigned> seen;
  };
  std::array<Shard, shard_count> shards_;
};

}  // namespace wherry::sim
