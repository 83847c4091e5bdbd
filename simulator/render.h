#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "simulator/errors.h"

namespace wherry::sim {

/// A user as one portfolio sees it.
struct UserView {
  std::string wa_id;
  std::string name;
  std::string username;       ///< empty: none
  std::string bsuid;
  std::string parent_bsuid;   ///< empty unless the portfolio has parent ids
  std::string identity_hash;  ///< empty unless the number checks identities
  bool phone_hidden = false;
};

struct Pricing {
  std::string type;      ///< regular, free_customer_service, free_entry_point
  std::string category;
};

/// One entry of statuses[].
struct StatusView {
  std::string_view id, status, opaque, group_id, template_id;
  Timestamp at{};
  UserView user;
  bool with_recipient_id = true;       ///< false when the phone is not to be shown
  bool with_recipient_user_id = true;
  std::optional<Pricing> pricing;
  const GraphError* error = nullptr;   ///< of `failed`
};

struct RenderedStatus {
  std::string text;
  std::size_t conversation_at = 0;  ///< where a `conversation` member belongs
};

/// One contacts[] object.
std::string render_contact(const UserView& user, bool with_username);
RenderedStatus render_status(const StatusView& status);
/// A `conversation` object of the kind that ended with v24.0.
std::string render_conversation(std::string_view id, std::string_view origin, std::optional<Timestamp> expires);
/// One messages[] object: the sender's fields, then `members` (type, its object, context, …) in their order.
std::string render_inbound(const UserView& user, std::string_view id, Timestamp at, std::string_view group_id,
                           const boost::json::object& members);

}  // namespace wherry::sim
