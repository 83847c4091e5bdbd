#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace wherry::sim {

/// One thing Meta would tell a subscriber: a message, a status, an error or an account-level value. All texts are ASCII JSON.
struct Update {
  enum class Kind { message, status, error, value };
  Kind kind = Kind::value;
  std::string waba_id;          ///< entry[].id
  std::string field = "messages";
  std::string phone_number_id;  ///< empty for account-level values
  std::string display_number;   ///< digits
  std::string contact;          ///< one contacts[] object, or empty
  std::string item;             ///< the messages[], statuses[] or errors[] object(s), or the whole value
  std::string conversation;     ///< a `conversation` object for apps whose webhook version still has it
  std::size_t conversation_at = 0;  ///< where in `item` it belongs
  bool no_storage = false;          ///< of a number whose undeliverable webhooks are dropped early
  Timestamp at{};               ///< when it happened: entry[].time of account-level values, and the start of the lag
};
using UpdatePtr = std::shared_ptr<const Update>;  // shared by the subscribers' batches

/// Where a subscriber wants its copies.
struct Target {
  std::string app_id;
  std::string url;
  std::string secret;
  std::string old_secret;          ///< for the old_secret fault; empty: something made up
  bool with_conversation = false;  ///< webhook version up to v23.0
};

}  // namespace wherry::sim
