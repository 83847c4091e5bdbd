// POST /sim/number/{id}, /sim/app/{id}, /sim/token/{id}, …: the state of accounts, and what Meta says about them.
#include "base/json.h"
#include "simulator/control/control.h"
#include "simulator/control/patch.h"

namespace wherry::sim {

namespace {

constexpr std::uint32_t high_throughput = 1000;

Error wrong(std::string text) { return Error{ErrorCode::invalid_argument, std::move(text)}; }
Error unknown(std::string_view what) { return Error{ErrorCode::not_found, "unknown " + std::string(what)}; }

std::string only_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

constexpr std::pair<std::string_view, std::uint64_t> tiers[] = {{"TIER_50", 50},      {"TIER_250", 250},      {"TIER_2K", 2'000},
                                                                {"TIER_10K", 10'000}, {"TIER_100K", 100'000}, {"TIER_UNLIMITED", 0}};

std::string tier_name(std::uint64_t limit) {
  for (const auto& [name, value] : tiers) {
    if (value == limit) return std::string(name);
  }
  return "TIER_NOT_SET";
}

}  // namespace

/// The minute in which a number moves to its new throughput.
struct Control::ThroughputUpgrade final : Event {
  ThroughputUpgrade(Engine& e, std::string id) : engine(e), number_id(std::move(id)) {}
  void fire(Timestamp due) override {
    const auto number = engine.world.numbers.update(number_id, [](Number& changed) {
      changed.maintenance = false;
      changed.mps = high_throughput;
    });
    if (!number) return;
    const auto portfolio = engine.world.portfolios.find(engine.world.portfolio_of(*number));
    json::object value{{"display_phone_number", number->digits}, {"event", "THROUGHPUT_UPGRADE"}};
    value["max_daily_conversations_per_business"] = tier_name(portfolio ? portfolio->user_limit : 250);
    engine.announcer.account(number->waba_id, "phone_number_quality_update", value, due);
  }
  Engine& engine;
  std::string number_id;
};

Task<Control::Answer> Control::number(Call call) {
  auto& world = engine_.world;
  const auto existing = world.numbers.find(call.id);
  Number number = existing ? *existing : Number{};
  bool verify = false, upgrade = false;
  std::int64_t upgrade_ms = 60'000;
  Patch patch(call.body);
  patch.text("waba_id", number.waba_id).text("display_number", number.display).text("verified_name", number.verified_name);
  patch.text("status", number.status).text("quality", number.quality).text("name_status", number.name_status);
  patch.number("throughput", number.mps, 1, 1'000'000).flag("registered", number.registered).flag("maintenance", number.maintenance);
  patch.flag("name_missing", number.name_missing).flag("coexistence", number.coexistence).flag("no_storage", number.no_storage);
  patch.flag("test_mode", number.test_mode).texts("allowed", number.allowed).texts("blocked", number.blocked).text("pin", number.pin);
  patch.text("username", number.username).object("profile", number.profile).object("settings", number.settings);
  patch.text("override_callback_url", number.override_callback).text("override_verify_token", number.override_verify_token);
  patch.flag("verify", verify).flag("upgrade_throughput", upgrade).number("upgrade_ms", upgrade_ms, 0, 60'000);
  CO_TRY_VOID(patch.finish());
  if (!existing) {
    if (number.waba_id.empty() || only_digits(number.display).size() < 6) {
      co_return unknown("number; to create one give waba_id and display_number");
    }
    number.id = call.id;
    number.onboarded = world.now();
  }
  if (!world.wabas.find(number.waba_id)) co_return unknown("waba_id");
  number.digits = only_digits(number.display);
  if (verify && !number.override_callback.empty()) {
    auto verified = co_await engine_.verify_callback(number.override_callback, number.override_verify_token);
    if (!verified) co_return wrong(verified.error().message);
  }
  if (upgrade) number.maintenance = true;
  world.numbers.put(number.id, number);
  if (upgrade) {
    const auto due = world.now() + milliseconds(upgrade_ms);
    engine_.scheduler.at(due, 1, std::make_shared<ThroughputUpgrade>(engine_, number.id));
  }
  co_return json::value(json::object{{"id", number.id},
                                     {"waba_id", number.waba_id},
                                     {"display_number", number.display},
                                     {"throughput", number.mps},
                                     {"override_callback_url", number.override_callback}});
}

Task<Control::Answer> Control::app(Call call) {
  auto& world = engine_.world;
  const auto existing = world.apps.find(call.id);
  App app = existing ? *existing : App{};
  app.id = call.id;
  bool verify = false;
  std::string subscribe;
  Patch patch(call.body);
  patch.text("name", app.name).text("secret", app.secret).text("callback_url", app.callback).text("verify_token", app.verify_token);
  patch.texts("fields", app.fields).text("webhook_version", app.webhook_version).flag("proof_required", app.proof_required);
  patch.flag("verify", verify).text("subscribe_waba", subscribe);
  CO_TRY_VOID(patch.finish());
  if (!existing && app.secret.empty()) co_return wrong("a new app needs a secret");
  if (!subscribe.empty() && !world.wabas.find(subscribe)) co_return unknown("waba in subscribe_waba");
  if (verify && !app.callback.empty()) {
    auto verified = co_await engine_.verify_callback(app.callback, app.verify_token);
    if (!verified) co_return wrong(verified.error().message);
  }
  world.apps.put(app.id, app);
  if (!subscribe.empty()) {
    world.wabas.update(subscribe, [&](Waba& waba) {
      const auto same = [&](const Subscription& subscription) { return subscription.app_id == app.id; };
      if (std::none_of(waba.subscriptions.begin(), waba.subscriptions.end(), same)) waba.subscriptions.push_back({app.id, "", ""});
    });
  }
  json::array fields;
  for (const auto& field : app.fields) fields.push_back(json::value(field));
  co_return json::value(json::object{
      {"id", app.id}, {"callback_url", app.callback}, {"webhook_version", app.webhook_version}, {"fields", std::move(fields)}});
}

Control::Answer Control::token(const Call& call) {
  auto& world = engine_.world;
  const auto existing = world.tokens.find(call.id);
  Token token = existing ? *existing : Token{};
  token.value = call.id;
  if (!existing) token.app_id = world.first().app_id;
  std::string state;
  std::int64_t expires = -1;
  Patch patch(call.body);
  patch.text("state", state).text("app_id", token.app_id).texts("scopes", token.scopes).texts("assets", token.assets);
  patch.number("expires_at", expires, 0, 253'402'300'799).text("user_name", token.user_name).text("code", token.code);
  TRY_VOID(patch.finish());
  if (state == "valid") {
    token.state = Token::State::valid;
  } else if (state == "expired") {
    token.state = Token::State::expired;
  } else if (state == "revoked") {
    token.state = Token::State::revoked;
  } else if (!state.empty()) {
    return wrong("state must be valid, expired or revoked");
  }
  if (expires >= 0) token.expires_at = from_unix_millis(expires * 1000);
  if (state == "expired" && !token.expires_at) token.expires_at = world.now();
  if (token.user_id.empty()) token.user_id = world.ids.node();
  world.tokens.put(token.value, token);
  return json::value(json::object{{"success", true}});
}

Control::Answer Control::portfolio(const Call& call) {
  auto& world = engine_.world;
  const auto existing = world.portfolios.find(call.id);
  if (!existing) return unknown("portfolio");
  Portfolio portfolio = *existing;
  std::string tier;
  Patch patch(call.body);
  patch.number("user_limit", portfolio.user_limit, 0, 1'000'000'000).text("limit_tier", tier).flag("verified", portfolio.verified);
  TRY_VOID(patch.finish());
  if (!tier.empty()) {
    const auto found = std::find_if(std::begin(tiers), std::end(tiers), [&](const auto& known) { return known.first == tier; });
    if (found == std::end(tiers)) return wrong("unknown limit_tier");
    portfolio.user_limit = found->second;
  }
  world.portfolios.put(portfolio.id, portfolio);
  if (portfolio.user_limit != existing->user_limit) {
    const json::object value{{"max_daily_conversations_per_business", tier_name(portfolio.user_limit)},
                             {"max_phone_numbers_per_business", portfolio.verified ? 20 : 2}};
    for (const auto& waba : world.wabas.all()) {
      if (waba->portfolio_id == portfolio.id) engine_.announcer.account(waba->id, "business_capability_update", value, world.now());
    }
  }
  return json::value(json::object{{"id", portfolio.id}, {"limit_tier", tier_name(portfolio.user_limit)}, {"verified", portfolio.verified}});
}

Control::Answer Control::waba(const Call& call) {
  auto& world = engine_.world;
  const auto existing = world.wabas.find(call.id);
  Waba waba = existing ? *existing : Waba{};
  waba.id = call.id;
  if (!existing) waba.portfolio_id = world.first().portfolio_id;
  Patch patch(call.body);
  patch.text("portfolio_id", waba.portfolio_id).text("name", waba.name).text("currency", waba.currency);
  patch.text("timezone_id", waba.timezone_id).text("review_status", waba.review_status).flag("locked", waba.locked);
  patch.flag("banned", waba.banned).flag("payment_ok", waba.payment_ok).flag("marketing_off", waba.marketing_off);
  patch.texts("restrictions", waba.restrictions);
  TRY_VOID(patch.finish());
  if (!world.portfolios.find(waba.portfolio_id)) return unknown("portfolio_id");
  if (!existing) waba.subscriptions.push_back({world.first().app_id, "", ""});
  world.wabas.put(waba.id, waba);
  return json::value(json::object{{"id", waba.id}, {"portfolio_id", waba.portfolio_id}, {"name", waba.name}});
}

/// {"status"?, "quality"?, "category"?, "paced"?}: what reviews and quality do to a template; the subscribers are told.
Control::Answer Control::template_state(const Call& call) {
  auto& world = engine_.world;
  const auto existing = world.templates.find(call.id);
  if (!existing) return unknown("template");
  std::string status = existing->status, quality = existing->quality, category = existing->category, reason = "NONE", event;
  bool paced = existing->paced;
  Patch patch(call.body);
  patch.text("status", status).text("quality", quality).flag("paced", paced).text("reason", reason).text("event", event);
  patch.text("category", category);
  TRY_VOID(patch.finish());
  world.templates.update(call.id, [&](Template& changed) {
    changed.status = status;
    changed.quality = quality;
    changed.category = category;
    changed.paced = paced;
    if (status == "REJECTED") changed.rejected_reason = reason;
  });
  const auto now = world.now();
  const auto value = world.templates.find(call.id);
  if (!value) return unknown("template");
  if (status != existing->status || !event.empty()) engine_.announcer.template_status(*value, event.empty() ? status : event, reason, now);
  const auto about = [&](json::object change) {
    change["message_template_id"] = std::atoll(value->id.c_str());
    change["message_template_name"] = value->name;
    change["message_template_language"] = value->language;
    return change;
  };
  if (quality != existing->quality) {
    auto change = about({{"previous_quality_score", existing->quality}, {"new_quality_score", quality}});
    engine_.announcer.account(value->waba_id, "message_template_quality_update", change, now);
  }
  if (category != existing->category) {
    auto change = about({{"previous_category", existing->category}, {"new_category", category}});
    engine_.announcer.account(value->waba_id, "template_category_update", change, now);
  }
  return json::value(
      json::object{{"id", value->id}, {"status", value->status}, {"quality", value->quality}, {"category", value->category}});
}

void Control::apply_account_event(std::string_view waba_id, const json::object& value) {
  const auto event = json::find_string(value, "event");
  if (!event) return;
  engine_.world.wabas.update(waba_id, [&](Waba& waba) {
    if (*event == "DISABLED_UPDATE") {
      const auto* ban = json::find_object(value, "ban_info");
      const auto state = ban == nullptr ? std::nullopt : json::find_string(*ban, "waba_ban_state");
      if (state && *state == "SCHEDULE_FOR_DISABLE") return;
      waba.locked = !state || *state == "DISABLE";
    }
    if (*event == "ACCOUNT_RESTRICTION") {
      waba.restrictions.clear();
      const auto* list = json::find_array(value, "restriction_info");
      for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const auto* one = (*list)[i].if_object();
        const auto type = one == nullptr ? std::nullopt : json::find_string(*one, "restriction_type");
        if (type) waba.restrictions.insert(std::string(*type));
      }
    }
  });
}

/// {"field","value","waba_id"?}: any account-level webhook; account_update also changes how the account behaves.
Control::Answer Control::event(const Call& call) {
  const auto field = json::find_string(call.body, "field");
  const auto* value = json::find(call.body, "value");
  if (!field || field->empty() || field->size() > 64) return wrong("field must be the name of a webhook field");
  if (value == nullptr || !value->is_object()) return wrong("value must be an object");
  const std::string waba_id(json::find_string(call.body, "waba_id").value_or(engine_.world.first().waba_id));
  if (!engine_.world.wabas.find(waba_id)) return unknown("waba_id");
  if (*field == "account_update") apply_account_event(waba_id, value->get_object());
  engine_.announcer.account(waba_id, *field, *value, engine_.world.now());
  return json::value(json::object{{"success", true}});
}

}  // namespace wherry::sim
