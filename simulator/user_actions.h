#pragma once

#include "simulator/inbound.h"
#include "simulator/timeline.h"

namespace wherry::sim {

/// What users do with messages they got: receipts, reactions, taps, and taking back or changing their own. Threads: any.
/// Every call takes a JSON request with `message_id`. Errors: invalid_argument for a bad request, not_found for an unknown message.
class UserActions {
 public:
  UserActions(World& world, Inbound& inbound, Timeline& timeline) : world_(world), inbound_(inbound), timeline_(timeline) {}

  /// {"message_id","emoji","from"?}: a reaction to a message the business or the user sent; emoji "" takes it back.
  Result<std::string> react(const boost::json::object& request);
  /// {"message_id"}: the user reads, or plays, a message of the business.
  Result<void> receipt(const boost::json::object& request, StatusKind kind);
  /// {"message_id","index"? or "id"?}: a button or list row.
  Result<std::string> tap(const boost::json::object& request);
  /// {"message_id"} of a message the user sent.
  Result<std::string> revoke(const boost::json::object& request);
  /// {"message_id","message":{"type",…}} or {"message_id","text"}.
  Result<std::string> edit(const boost::json::object& request);

  /// What magic users do after the last receipt.
  void afterwards(const SentMessagePtr& message, Afterwards what, Timestamp at);

 private:
  Result<SentMessagePtr> sent(const boost::json::object& request) const;
  Result<ReceivedMessage> received(const boost::json::object& request) const;
  Result<boost::json::object> answer_to(const SentMessage& message, std::size_t index, std::string_view id) const;
  InboundMessage from_recipient(const SentMessage& message, std::string type, Timestamp at) const;
  void change_number(const SentMessage& message, Timestamp at);

  World& world_;
  Inbound& inbound_;
  Timeline& timeline_;
};

}  // namespace wherry::sim
