#pragma once

#include <functional>
#include <string_view>

#include "simulator/identities.h"
#include "simulator/plan.h"
#include "simulator/webhooks/update.h"
#include "simulator/world.h"

namespace wherry::sim {

/// Puts what happens into webhook updates. Threads: any.
class Announcer {
 public:
  using Emit = std::function<void(UpdatePtr)>;
  Announcer(World& world, Identities& identities, Emit emit) : world_(world), identities_(identities), emit_(std::move(emit)) {}

  /// One status of a message; `priced` adds the pricing.
  void status(const SentMessage& message, StatusKind kind, Timestamp at, bool priced, int code = 0);
  /// A user's message. `with_contact` is false for system messages.
  void inbound(const Number& number, std::string_view wa_id, std::string_view id, Timestamp at, std::string_view group_id,
               const boost::json::object& members, bool with_contact = true);
  /// value.errors without a message.
  void error(const Number& number, const GraphError& error, Timestamp at);
  /// An account-level value of any field.
  void account(std::string_view waba_id, std::string_view field, const boost::json::value& value, Timestamp at);
  void template_status(const Template& value, std::string_view event, std::string_view reason, Timestamp at);

 private:
  Update about(const Number& number, Update::Kind kind, Timestamp at) const;
  void group_status(const SentMessage& message, const Number& number, StatusKind kind, Timestamp at, bool priced);

  World& world_;
  Identities& identities_;
  Emit emit_;
};

/// Who gets a webhook: every app subscribed to the account and the field, at its number's, its account's or its own callback.
/// Source: Cloud API contract 8.5, 8.6.
std::vector<Target> route_update(const World& world, const Update& update);

}  // namespace wherry::sim
