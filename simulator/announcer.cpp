#include "simulator/announcer.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "simulator/ascii_json.h"
#include "simulator/render.h"

namespace wherry::sim {

namespace {

constexpr auto conversation_life = std::chrono::hours(24);
/// Who reads what is sent to a group: the simulator has no rooms of its own.
constexpr std::string_view group_participants[] = {"15550300001", "15550300002"};

/// An id of 32 hex digits that belongs to a message.
std::string conversation_id(std::string_view wamid) {
  std::uint64_t seed = 0xcbf29ce484222325u;
  for (const char c : wamid) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  SeededRandom random(seed);
  static constexpr char hex[] = "0123456789abcdef";
  std::string id;
  for (int half = 0; half < 2; ++half) {
    const auto word = random.next();
    for (int shift = 60; shift >= 0; shift -= 4) id += hex[word >> shift & 15];
  }
  return id;
}

std::string conversation_of(const SentMessage& message, StatusKind kind, const PriceTag& price, Timestamp at) {
  std::optional<Timestamp> expires;
  if (kind == StatusKind::sent) expires = at + conversation_life;
  return render_conversation(conversation_id(message.id), price.category, expires);
}

bool has_conversations(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  int major = 99;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major <= 23;
}

}  // namespace

Update Announcer::about(const Number& number, Update::Kind kind, Timestamp at) const {
  Update update;
  update.kind = kind;
  update.waba_id = number.waba_id;
  update.phone_number_id = number.id;
  update.display_number = number.digits;
  update.no_storage = number.no_storage;
  update.at = at;
  return update;
}

void Announcer::group_status(const SentMessage& message, const Number& number, StatusKind kind, Timestamp at, bool priced) {
  Update update = about(number, Update::Kind::status, at);
  for (const auto participant : group_participants) {
    StatusView view;
    view.id = message.id;
    view.status = to_string(kind);
    view.opaque = message.opaque;
    view.group_id = message.group_id;
    view.at = at;
    view.user = identities_.view(number, participant, at);
    view.with_recipient_id = !view.user.phone_hidden;
    if (priced) {
      const auto price = price_of(message);
      view.pricing = Pricing{price.type, price.category};
    }
    if (!update.item.empty()) {
      update.item += ',';
      update.contact += ',';
    }
    update.item += render_status(view).text;
    update.contact += render_contact(view.user, kind != StatusKind::sent);
  }
  emit_(std::make_shared<const Update>(std::move(update)));
}

void Announcer::status(const SentMessage& message, StatusKind kind, Timestamp at, bool priced, int code) {
  const auto number = world_.numbers.find(message.number_id);
  if (!number) return;
  if (!message.group_id.empty() && kind != StatusKind::failed) return group_status(message, *number, kind, at, priced);
  const bool by_bsuid = !message.bsuid.empty();
  std::optional<GraphError> error;
  if (kind == StatusKind::failed) {
    error = message.failure && (code == 0 || message.failure->code == code) ? *message.failure : graph_error(code != 0 ? code : 131000);
  }
  StatusView view;
  view.id = message.id;
  view.status = to_string(kind);
  view.opaque = message.opaque;
  view.group_id = message.group_id;
  view.at = at;
  view.user = identities_.view(*number, message.wa_id, at);
  view.user.phone_hidden = view.user.phone_hidden && by_bsuid;
  view.with_recipient_id = !view.user.phone_hidden;
  view.with_recipient_user_id = kind != StatusKind::failed || by_bsuid;
  view.error = error ? &*error : nullptr;
  const auto price = price_of(message);
  if (priced) view.pricing = Pricing{price.type, price.category};

  Update update = about(*number, Update::Kind::status, at);
  auto rendered = render_status(view);
  update.item = std::move(rendered.text);
  if (kind != StatusKind::failed && message.type != "reaction") {
    const auto conversation = conversation_of(message, kind, price, at);
    if (message.free_entry) {
      update.item.insert(rendered.conversation_at, ",\"conversation\":" + conversation);
    } else {
      update.conversation = conversation;
      update.conversation_at = rendered.conversation_at;
    }
  }
  if (kind != StatusKind::failed) update.contact = render_contact(view.user, kind != StatusKind::sent);
  emit_(std::make_shared<const Update>(std::move(update)));
}

void Announcer::inbound(const Number& number, std::string_view wa_id, std::string_view id, Timestamp at, std::string_view group_id,
                        const boost::json::object& members, bool with_contact) {
  Update update = about(number, Update::Kind::message, world_.now());  // a back-dated message is no late webhook
  const auto user = identities_.view(number, wa_id, at);
  update.item = render_inbound(user, id, at, group_id, members);
  if (with_contact) update.contact = render_contact(user, true);
  emit_(std::make_shared<const Update>(std::move(update)));
}

void Announcer::error(const Number& number, const GraphError& error, Timestamp at) {
  Update update = about(number, Update::Kind::error, at);
  update.item = webhook_error(error);
  emit_(std::make_shared<const Update>(std::move(update)));
}

void Announcer::account(std::string_view waba_id, std::string_view field, const boost::json::value& value, Timestamp at) {
  Update update;
  update.waba_id = std::string(waba_id);
  update.field = std::string(field);
  append_ascii_json(update.item, value);
  update.at = at;
  emit_(std::make_shared<const Update>(std::move(update)));
}

void Announcer::template_status(const Template& value, std::string_view event, std::string_view reason, Timestamp at) {
  std::int64_t id = 0;
  std::from_chars(value.id.data(), value.id.data() + value.id.size(), id);
  boost::json::object body;
  body["event"] = boost::json::string_view(event.data(), event.size());
  body["message_template_id"] = id;
  body["message_template_name"] = value.name;
  body["message_template_language"] = value.language;
  body["reason"] = boost::json::string_view(reason.data(), reason.size());
  body["message_template_category"] = value.category;
  account(value.waba_id, "message_template_status_update", body, at);
}

std::vector<Target> route_update(const World& world, const Update& update) {
  std::vector<Target> targets;
  const auto waba = world.wabas.find(update.waba_id);
  if (!waba) return targets;
  const auto number = update.phone_number_id.empty() ? nullptr : world.numbers.find(update.phone_number_id);
  for (const auto& subscription : waba->subscriptions) {
    const auto app = world.apps.find(subscription.app_id);
    if (!app || !app->fields.contains(update.field)) continue;
    Target target;
    target.url = app->callback;
    if (update.field == "messages") {
      if (!subscription.override_callback.empty()) target.url = subscription.override_callback;
      if (number && !number->override_callback.empty()) target.url = number->override_callback;
    }
    if (target.url.empty()) continue;
    target.app_id = app->id;
    target.secret = app->secret;
    target.with_conversation = has_conversations(app->webhook_version);
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace wherry::sim
