// Replays tests/contract/sessions/*.json: a state and a request, and the exact answer.
#include <gtest/gtest.h>

#include "domain/linked_message_id.h"
#include "tests/support/contract_case.h"
#include "tests/support/sessions_door_world.h"

namespace wherry::api::sessions {
namespace {

class Case final : public test::ContractCase {
 public:
  Case(const json::object& file, const json::object& spec) : ContractCase(file, spec) {
    names_["session"] = world_.session.text();
    names_["foreign_session"] = world_.foreign_session.text();
    names_["organization"] = world_.tenant.text();
    names_["key"] = world_.key;
    unknowns_["new_ticket"] = {43, [](std::string_view text) {
                                 return text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
                                        std::string_view::npos;
                               }};
    for (const auto scope : {Scope::send, Scope::read, Scope::manage}) {
      names_[std::string(to_string(scope)) + "_key"] = world_.key_with({scope});
    }
  }

  void run() {
    arrange();
    const auto reply = act();
    expect_answer(reply);
    expect_done();
    if (json::find(spec(), "sent") != nullptr) expect_sent(world_.upstream);
    if (reply.status == 401) EXPECT_EQ(bytes_read_, 0u) << "the body was read";
  }

 private:
  void arrange() {
    const auto state = json::find_string(given(), "session").value_or("working");
    if (state != "stopped") world_.link(world_.session);
    if (state == "disconnected") {
      linked::StateChange lost;
      lost.state = linked::State::disconnected;
      test::run(world_.io, world_.listener.state_changed({world_.session.text()}, lost));
    }
    if (state != "working") {
      world_.upstream.is_ready = Error{ErrorCode::conflict, "The session is stopped, so it cannot send now"};
    }
    if (json::find(given(), "qr") != nullptr) show_codes();
    if (const auto outcome = json::find_string(given(), "outcome")) script(*outcome);
    if (json::find(given(), "chat") != nullptr) add_chats();
    if (json::find(given(), "webhook") != nullptr) add_webhook();
    if (json::find(given(), "channel") != nullptr) add_channel_chat();
    if (json::find(given(), "ticket") != nullptr) {
      const auto reply = send(call_of({{"path", "/api/v1/realtime/ticket"}, {"method", "POST"}}, usual()));
      names_["ticket"] = std::string(json::find_string(json::parse(reply.body)->as_object(), "ticket").value());
    }
    if (const auto pairing = json::find_string(given(), "pairing")) script_pairing(*pairing);
    if (const auto live = json::find_string(given(), "live")) {
      world_.transport.live_error = Error{*live == "refused" ? ErrorCode::rejected : ErrorCode::not_found, "no: " + std::string(*live)};
    }
    if (json::find(given(), "one_a_minute") != nullptr) {
      SessionChange change;
      change.rate_per_min = std::optional<std::uint32_t>(1);
      test::run(world_.io, world_.sessions.change(world_.tenant, world_.session, change)).value();
    }
    if (const auto broken = json::find_string(given(), "broken")) {
      (*broken == "keys" ? world_.access_store.broken : world_.session_store.outage) = true;
    }
    if (const auto* before = json::find_array(given(), "before")) {
      for (const auto& request : *before) send(call_of(request.as_object(), usual()));
    }
    world_.transport.done.clear();
    script_whatsapp(world_.upstream);
  }

  void show_codes() {
    test::run(world_.io, world_.sessions.start(world_.tenant, world_.session)).value();
    test::run(world_.io, world_.listener.qr({world_.session.text()}, {"2@abc", world_.clock.now() + seconds(20), 5}));
  }

  void add_chats() {
    Chat chat;
    chat.conversation.raw.bytes.back() = 33;
    chat.channel = world_.session;
    chat.with.wa_id = WaId{"4915187654321"};
    chat.with.profile_name = "Kim";
    chat.unread = 2;
    chat.last_message_at = chat.created_at = world_.clock.now();
    world_.chats.chats.push_back(chat);
    chat.conversation.raw.bytes.back() = 34;
    chat.with = {};
    chat.with.bsuid = "120363041234567890@g.us";
    chat.unread = 0;
    world_.chats.chats.push_back(chat);
    HistoryItem item;
    item.id.raw.bytes.back() = 65;
    names_["received"] = item.id.text();
    item.direction = HistoryItem::Direction::inbound;
    item.channel = world_.session;
    item.conversation = world_.chats.chats.front().conversation;
    item.contact = world_.chats.chats.front().with;
    item.wamid = "3EB0FF01";
    item.at = world_.clock.now();
    item.type = "text";
    item.text = "hi";
    world_.history.received.push_back(std::move(item));
    add_people();
    const auto where = world_.chats.chats.front().conversation;
    if (json::find(given(), "edited") != nullptr) world_.chats.marked.push_back({where, {"3EB0FF01", kim, "hello"}});
    if (json::find(given(), "revoked") != nullptr) world_.chats.marked.push_back({where, {"3EB0FF01", kim, std::nullopt, true}});
    if (json::find(given(), "forged") != nullptr) world_.chats.marked.push_back({where, {"3EB0FF01", "me", "forged", true}});
  }

  void add_channel_chat() {
    Chat chat;
    chat.conversation.raw.bytes.back() = 35;
    chat.channel = world_.session;
    chat.with.bsuid = "1@newsletter";
    world_.chats.chats.push_back(chat);
  }

  // What becomes of the next start or pairing.
  void script_pairing(std::string_view what) {
    auto& transport = world_.transport;
    if (what == "code") {
      transport.on_pair = [this](linked::SessionId name) -> Task<void> {
        linked::PairingCode code{"ABCD1234", world_.clock.now() + seconds(60)};
        co_await world_.listener.pairing_code(std::move(name), std::move(code));
      };
      return;
    }
    const Error error{what == "conflict" ? ErrorCode::conflict : ErrorCode::upstream_unavailable, "no: " + std::string(what)};
    transport.start_errors.push_back(error);
    transport.pair_errors.push_back(error);
  }

  void add_people() {
    Person person;
    person.jid = *Jid::parse(kim);
    person.lid = Jid::parse("88123456789012@lid");
    person.push_name = "Kim";
    person.first_seen_at = person.updated_at = world_.clock.now();
    world_.people.people.push_back(person);
    world_.people.places[kim].push_back({*Jid::parse("120363041234567890@g.us"), "Team", linked::Role::admin, world_.clock.now()});
    const auto hash = sha256(world_.session.text() + "|" + kim);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | hash[i];
    names_["kim"] = std::to_string(bits & ((1ull << 53) - 1));
  }

  void add_webhook() {
    NewSubscription wanted;
    wanted.tenant = world_.tenant;
    wanted.format = WebhookFormat::sessions;
    wanted.url = "https://hooks.example.org/wa";
    wanted.kinds = {"message"};
    const auto made = test::run(world_.io, world_.webhooks.add(std::move(wanted))).value();
    names_["webhook"] = "wh_" + to_base32(made.id.raw);
  }

  void script(std::string_view outcome) {
    if (outcome == "unknown") return world_.transport.outcomes.push_back(linked::SendUnknown{"no answer"});
    linked::SendRefused refused;
    const std::map<std::string_view, linked::Refusal> reasons{{"not connected", linked::Refusal::not_connected},
                                                              {"not found", linked::Refusal::not_found},
                                                              {"bad request", linked::Refusal::bad_request},
                                                              {"rate", linked::Refusal::rate},
                                                              {"unsupported", linked::Refusal::unsupported},
                                                              {"refused", linked::Refusal::refused},
                                                              {"internal", linked::Refusal::internal}};
    refused.reason = reasons.at(outcome);
    refused.error = Error{ErrorCode::rejected, "no: " + std::string(outcome)};
    world_.transport.outcomes.push_back(refused);
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

  test::Reply act() {
    auto reply = send(own_call(usual()));
    if (!world_.messages.messages.empty()) {
      const auto& newest = world_.messages.messages.rbegin()->second;
      names_["outbox"] = newest.id.text();
      names_["wamid"] = newest.wamid;
    }
    const auto answered = json::parse(reply.body);
    const auto* object = answered ? answered->if_object() : nullptr;
    const auto id = object == nullptr ? std::nullopt : json::find_string(*object, "messageId");
    if (id && linked::is_message_id(*id)) names_["action"] = *id;
    if (!world_.subscriptions.subscriptions.empty()) {
      names_["new_webhook"] = "wh_" + to_base32(world_.subscriptions.subscriptions.back().id.raw);
    }
    for (const auto& one : world_.sessions.list(world_.tenant)) {
      if (one.channel->id != world_.session) names_["new_session"] = one.channel->id.text();
    }
    return reply;
  }

  void expect_done() const {
    std::vector<std::string> expected;
    if (const auto* list = json::find_array(spec(), "done")) {
      for (const auto& one : *list) expected.emplace_back(one.as_string());
    }
    EXPECT_EQ(world_.transport.done, expected);
    if (const auto* told = json::find_array(spec(), "told")) {
      ASSERT_EQ(world_.session_store.told.size(), told->size());
      EXPECT_EQ(world_.session_store.told.back().kind, told->back().as_string());
    }
  }

  static constexpr const char* kim = "4915187654321@s.whatsapp.net";
  test::SessionsDoorWorld world_;
  std::size_t bytes_read_ = 0;
};

TEST(SessionsContract, EveryCaseIsAnsweredToTheLetter) {
  const auto cases =
      test::replay_contract("tests/contract/sessions", [](const json::object& file, const json::object& spec) { Case(file, spec).run(); });
  EXPECT_GE(cases, 80u);
}

}  // namespace
}  // namespace wherry::api::sessions
