// POST /sim/inbound, /sim/user/{id}, /sim/react …: what users do.
#include "base/json.h"
#include "domain/wa_id.h"
#include "simulator/control/control.h"
#include "simulator/control/patch.h"

namespace wherry::sim {

namespace {

Control::Answer with_id(Result<std::string> id) {
  if (!id) return std::move(id).error();
  return json::value(json::object{{"id", *id}});
}

Control::Answer done(Result<void> result) {
  if (!result) return std::move(result).error();
  return json::value(json::object{{"success", true}});
}

json::object describe(const User& user, const Number* number, const World& world) {
  json::object out{{"wa_id", user.wa_id},
                   {"name", user.name},
                   {"username", user.username},
                   {"parent_bsuid", user.parent_bsuid},
                   {"phone_visible", user.phone_visible},
                   {"receipts", user.receipts},
                   {"online", user.online},
                   {"on_whatsapp", user.on_whatsapp},
                   {"opted_out", user.opted_out},
                   {"marketing_capped", user.marketing_capped},
                   {"in_experiment", user.in_experiment},
                   {"chat_open", user.chat_open},
                   {"changed_to", user.changed_to}};
  if (number != nullptr) {
    out["user_id"] = world.bsuid(*number, user.wa_id);
    const auto expiry = world.windows.expiry(number->id, user.wa_id);
    out["window_expires"] = expiry ? json::value(to_unix_millis(*expiry) / 1000) : json::value(nullptr);
  }
  return out;
}

}  // namespace

Control::Answer Control::inbound(const Call& call) { return with_id(engine_.inbound.inject(call.body)); }

Control::Answer Control::bulk(const Call& call) {
  TRY(auto order, bulk_.read(call.body));
  const auto count = order.count;
  bulk_.start(std::move(order));
  return json::value(json::object{{"count", count}});
}

Control::Answer Control::react(const Call& call) { return with_id(engine_.users.react(call.body)); }
Control::Answer Control::read(const Call& call) { return done(engine_.users.receipt(call.body, StatusKind::read)); }
Control::Answer Control::play(const Call& call) { return done(engine_.users.receipt(call.body, StatusKind::played)); }
Control::Answer Control::tap(const Call& call) { return with_id(engine_.users.tap(call.body)); }
Control::Answer Control::revoke(const Call& call) { return with_id(engine_.users.revoke(call.body)); }
Control::Answer Control::edit(const Call& call) { return with_id(engine_.users.edit(call.body)); }

/// Besides the user's own state: window_seconds (0 closes the window), blocked (by the business), marketing ("stop", "resume": tells
/// the subscribers too), changed_to (tells them of the new number).
Control::Answer Control::user(const Call& call) {
  auto& world = engine_.world;
  const auto wa_id = parse_wa_id(call.id);
  if (!wa_id) return Error{ErrorCode::invalid_argument, "the user must be a phone number of 6 to 15 digits"};
  TRY(const auto number, engine_.inbound.number_of(call.body));
  const User before = world.user(wa_id->digits);
  User user = before;
  std::int64_t window = -1;
  bool blocked = number->blocked.contains(user.wa_id);
  std::string marketing;
  Patch patch(call.body);
  patch.known("phone_number_id").text("name", user.name).text("username", user.username).text("parent_bsuid", user.parent_bsuid);
  patch.text("identity_hash", user.identity_hash).flag("phone_visible", user.phone_visible).flag("receipts", user.receipts);
  patch.flag("online", user.online).flag("on_whatsapp", user.on_whatsapp).flag("opted_out", user.opted_out);
  patch.flag("marketing_capped", user.marketing_capped).flag("in_experiment", user.in_experiment).flag("chat_open", user.chat_open);
  patch.text("changed_to", user.changed_to).number("window_seconds", window, 0, 366 * 24 * 3600);
  patch.flag("blocked", blocked).text("marketing", marketing);
  TRY_VOID(patch.finish());
  if (!marketing.empty() && marketing != "stop" && marketing != "resume") {
    return Error{ErrorCode::invalid_argument, "marketing must be stop or resume"};
  }
  if (!marketing.empty()) user.opted_out = marketing == "stop";

  const auto now = world.now();
  world.users.put(user.wa_id, user);
  if (window >= 0) world.windows.set_expiry(number->id, user.wa_id, now + seconds(window));
  if (patch.has("blocked")) {
    world.numbers.update(number->id, [&](Number& changed) {
      if (blocked) {
        changed.blocked.insert(user.wa_id);
      } else {
        changed.blocked.erase(user.wa_id);
      }
    });
  }
  if (!before.online && user.online) engine_.timeline.user_online(user.wa_id);
  if (!marketing.empty()) {
    const auto view = engine_.identities.view(*number, user.wa_id, now);
    json::object value;
    value["messaging_product"] = "whatsapp";
    value["metadata"] = json::object{{"display_phone_number", number->digits}, {"phone_number_id", number->id}};
    json::object contact{{"profile", json::object{{"name", user.name}}}, {"wa_id", user.wa_id}, {"user_id", view.bsuid}};
    value["contacts"] = json::array{std::move(contact)};
    json::object preference{
        {"wa_id", user.wa_id},
        {"user_id", view.bsuid},
        {"detail", marketing == "stop" ? "User requested to stop marketing messages" : "User requested to resume marketing messages"},
        {"category", "marketing_messages"},
        {"value", marketing},
        {"timestamp", to_unix_millis(now) / 1000}};
    value["user_preferences"] = json::array{std::move(preference)};
    engine_.announcer.account(number->waba_id, "user_preferences", value, now);
  }
  if (user.changed_to != before.changed_to && !user.changed_to.empty()) {
    InboundMessage message;
    message.number_id = number->id;
    message.from = user.wa_id;
    message.type = "system";
    message.with_contact = message.opens_window = false;
    message.members["type"] = "system";
    message.members["system"] = json::object{{"body", "User " + user.name + " changed from " + user.wa_id + " to " + user.changed_to},
                                             {"wa_id", user.changed_to},
                                             {"type", "user_changed_number"}};
    engine_.inbound.deliver(std::move(message));
  }
  return json::value(describe(user, number.get(), world));
}

}  // namespace wherry::sim
