#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "simulator/announcer.h"
#include "simulator/world.h"

namespace wherry::sim {

/// A message as a user sends it to one of the numbers.
struct InboundMessage {
  std::string number_id;
  std::string from;               ///< digits
  std::string group_id;
  std::string type;
  boost::json::object members;    ///< context, referral, type and its object, as the webhook shows them
  std::optional<Timestamp> at;
  bool with_contact = true;
  bool opens_window = true;
};

/// Lets users write: keeps the message, opens the service window, tells the subscribers. Threads: any.
class Inbound {
 public:
  using MediaUrl = std::function<std::string(const MediaItem&)>;
  Inbound(World& world, Announcer& announcer) : world_(world), announcer_(announcer) {}

  /// How inbound media is downloaded; without it webhooks carry no `url`.
  void set_media_url(MediaUrl media_url) { media_url_ = std::move(media_url); }

  /// POST /sim/inbound: {"phone_number_id"?, "from", "name"?, "type", "<type>": {…}, "context"?, "referral"?, "group_id"?,
  /// "errors"?, "timestamp"?}; media as {"data_base64", "mime_type", …} or {"id", …}. Gives the wamid.
  /// Errors: invalid_argument.
  Result<std::string> inject(const boost::json::object& request);
  /// Sends what is already in its final form.
  std::string deliver(InboundMessage message);

  /// The number of a request, by default the first one. Errors: invalid_argument.
  Result<Registry<Number>::Ptr> number_of(const boost::json::object& request) const;
  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  void reset() { count_.store(0); }

 private:
  Result<boost::json::value> content_of(const boost::json::object& request, const Number& number, const std::string& type);
  Result<boost::json::object> media_content(const boost::json::object& given, const Number& number, const std::string& type);

  World& world_;
  Announcer& announcer_;
  MediaUrl media_url_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace wherry::sim
