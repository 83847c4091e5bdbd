// Replays tests/contract/magpipe/*.json: a state and a request, and the exact answer.
#include <gtest/gtest.h>

#include "tests/support/contract_case.h"
#include "tests/support/magpipe_world.h"

namespace wherry::api::magpipe {
namespace {

class Case final : public test::ContractCase {
 public:
  Case(const json::object& file, const json::object& spec) : ContractCase(file, spec) {
    unknowns_["any_key"] = {44, [](std::string_view text) { return find_key_style("magpipe")->matches(text); }};
    const auto own = world_.channels.of(world_.tenant).front();
    ChannelChange change;
    change.agent = from_uuid("0b1d6b1e-6a4e-4d3c-8f1e-9a2c3b4d5e6f");
    change.name = "Example Shop";
    world_.access_store.channels.front().display_number = "15550107788";
    world_.access_store.channels.front().app_secret = Secret("app-secret");
    world_.access_store.channels.front().verify_token = Secret("verify-token");
    world_.access_store.channels.front().access_token = Secret("EAAold");
    world_.access_store.channels.front().graph_url = "https://graph.facebook.com";
    world_.access_store.channels.front().graph_version = "v23.0";
    world_.access_store.channels.front().created_at = world_.clock.now();
    test::run(world_.io, world_.channels.load()).value();
    test::run(world_.io, world_.channels.change(own->id, std::move(change))).value();
    names_["open_brace"] = "{{";
    names_["account"] = to_uuid(own->id.raw);
    names_["foreign_account"] = to_uuid(world_.foreign_channel->id.raw);
    names_["key"] = world_.key;
    names_["key_id"] = to_uuid(world_.access_store.keys.front().id.raw);
    names_["prefix"] = world_.access_store.keys.front().prefix;
    for (const auto scope : {Scope::send, Scope::read, Scope::manage}) {
      auto& name = names_[std::string(to_string(scope)) + "_key"];
      if (uses(std::string(to_string(scope)) + "_key")) name = world_.key_with({scope});
    }
  }

  void run() {
    arrange();
    const auto reply = act();
    expect_answer(reply);
    expect_sent(world_.upstream);
    if (reply.status == 401 || reply.status == 429) EXPECT_EQ(bytes_read_, 0u) << "the body was read";
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(reply.header("Access-Control-Allow-Headers"), "authorization, x-client-info, apikey, content-type");
    EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "GET, POST, PUT, PATCH, DELETE, OPTIONS");
    if (const auto* data = json::find(spec(), "client_data")) {
      EXPECT_EQ(world_.messages.messages.rbegin()->second.client_data, json::serialize(*data));
    }
  }

 private:
  bool uses(const std::string& name) const { return json::serialize(spec()).find("{{" + name + "}}") != std::string::npos; }

  void arrange() {
    if (const auto* requests = json::find(given(), "requests_used")) {
      const auto used = used_key(json::find_string(given(), "used_by").value_or(""));
      const auto per_minute = json::find(given(), "spread") != nullptr ? 100 : requests->as_int64();
      for (std::int64_t i = 0; i < requests->as_int64(); ++i) {
        if (i > 0 && i % per_minute == 0) world_.clock.advance(std::chrono::minutes(1));
        test::run(world_.io, world_.access.admit(used, "magpipe")).value();
      }
    }
    script_whatsapp(world_.upstream);
    if (const auto* answer = json::find_string(given(), "meta_says") ? json::find(given(), "meta_says") : nullptr) {
      auto refused = std::get<SendRefused>(test::refused(131047));
      refused.reason.peer_answer = std::make_shared<PeerAnswer>(PeerAnswer{400, std::string(answer->as_string())});
      world_.upstream.script.push_back(refused);
    }
    if (json::find(given(), "no_app") != nullptr) world_.add_door({});
    if (const auto* said = json::find(given(), "code_is_bad")) {
      Error refused{ErrorCode::rejected, "This authorization code has been used."};
      if (said->is_string()) refused.peer_answer = std::make_shared<PeerAnswer>(PeerAnswer{400, std::string(said->as_string())});
      world_.accounts.exchanging = std::move(refused);
    }
    if (json::find(given(), "token_is_bad") != nullptr) world_.accounts.reading = Error{ErrorCode::rejected, "Invalid OAuth access token"};
    if (const auto* keys = json::find(given(), "keys")) {
      while (static_cast<std::int64_t>(world_.access_store.keys.size()) < keys->as_int64()) world_.key_with({});
    }
    if (json::find(given(), "received") != nullptr) receive();
    if (json::find(given(), "templates") != nullptr) {
      world_.whatsapp_templates.put("101", "order_ready");
      test::run(world_.io, world_.templates.sync(world_.channels.of(world_.tenant).front())).value();
    }
    if (json::find(given(), "expired") != nullptr) world_.access_store.keys.front().expires_at = world_.clock.now();
    if (const auto* later = json::find(given(), "later_ms")) world_.clock.advance(milliseconds(later->as_int64()));
    if (const auto* before = json::find_array(given(), "before")) {
      for (const auto& request : *before) {
        send(call_of(request.as_object(), usual()));
        note();
        world_.clock.advance(std::chrono::seconds(1));
      }
    }
    if (const auto* webhooks = json::find(given(), "webhooks")) add_webhooks(webhooks->as_int64());
    const auto broken = json::find_string(given(), "broken").value_or("");
    if (broken == "messages") world_.messages.fail_at = world_.messages.writes + 1;
    if (broken == "history") world_.history.outage = true;
    if (broken == "templates") world_.template_store.broken = true;
    if (broken == "access") world_.access_store.broken = true;
    world_.upstream.sent.clear();
  }

  std::string used_key(std::string_view who) {
    if (who.empty()) return world_.key;
    NewKey wanted;
    wanted.tenant = who == "another key" ? world_.tenant : world_.other_tenant;
    wanted.style = "magpipe";
    return world_.make_key(std::move(wanted));
  }

  void add_webhooks(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      NewSubscription wanted;
      wanted.tenant = world_.tenant;
      wanted.url = "https://app.example/hook" + std::to_string(i);
      test::run(world_.io, world_.webhooks.add(std::move(wanted))).value();
    }
  }

  void receive() {
    HistoryItem item;
    item.id = MessageId::make(world_.clock.now());
    item.direction = HistoryItem::Direction::inbound;
    item.channel = world_.channels.of(world_.tenant).front()->id;
    item.conversation = world_.add_conversation(world_.tenant, world_.clock.now());
    item.contact.wa_id = WaId{"447700900123"};
    item.wamid = "wamid.in";
    item.at = world_.clock.now();
    item.type = "text";
    item.text = "Thanks!";
    names_["received"] = to_uuid(item.id.raw);
    names_["thread"] = to_uuid(item.conversation.raw);
    world_.history.received.push_back(std::move(item));
    world_.clock.advance(std::chrono::seconds(1));
  }

  http::Headers usual() const {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + names_.at("key"));
    return headers;
  }

  test::Reply send(Call call) {
    test::PiecedBody body(std::move(call.body), 7);
    auto reply = world_.call(call.method, std::move(call.target), std::move(call.headers), body);
    bytes_read_ = body.bytes_read();
    return reply;
  }

  // What the answer must name is what is new.
  void note() {
    const auto& keys = world_.access_store.keys;
    names_["new_key_id"] = to_uuid(keys.back().id.raw);
    names_["new_prefix"] = keys.back().prefix;
    names_["used_at"] = keys.front().last_used_at ? to_iso8601(*keys.front().last_used_at) : "none";
    names_["secret"] = world_.subscriptions.subscriptions.empty() ? "none" : world_.subscriptions.subscriptions.back().secret.reveal();
    names_["new_account"] = to_uuid(world_.access_store.channels.back().id.raw);
    if (world_.messages.messages.empty()) return;
    const auto& newest = world_.messages.messages.rbegin()->second;
    names_["message"] = to_uuid(newest.id.raw);
    names_["message_thread"] = to_uuid(newest.conversation.raw);
  }

  test::Reply act() {
    auto reply = send(own_call(usual()));
    note();
    return reply;
  }

  test::MagpipeWorld world_;
  std::size_t bytes_read_ = 0;
};

TEST(MagpipeContract, EveryCaseIsAnsweredToTheLetter) {
  const auto cases =
      test::replay_contract("tests/contract/magpipe", [](const json::object& file, const json::object& spec) { Case(file, spec).run(); });
  EXPECT_GE(cases, 100u);
}

}  // namespace
}  // namespace wherry::api::magpipe
