// Replays tests/contract/pepipost/*.json: a state and a request, and the exact answer.
#include <gtest/gtest.h>

#include "api/pepipost/errors.h"
#include "tests/support/contract_case.h"
#include "tests/support/pepipost_world.h"

namespace wherry::api::pepipost {
namespace {

using namespace std::chrono_literals;

std::string upper(std::string text) {
  for (auto& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  return text;
}

class Case final : public test::ContractCase {
 public:
  Case(const json::object& file, const json::object& spec) : ContractCase(file, spec) {
    unknowns_["any_uuid"] = {36, [](std::string_view text) { return from_uuid(text).has_value(); }};
    add_keys();
    add_customers();
    add_files();
    add_template();
    names_["source"] = world_.source;
    names_["foreign_source"] = world_.foreign_source;
    names_["unknown_source"] = "7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f";
    names_["channel"] = world_.channels.only_of(world_.tenant)->id.text();
    names_["foreign_channel"] = world_.foreign_channel->id.text();
  }

  void run() {
    arrange();
    const auto reply = act();
    expect_answer(reply);
    expect_stored();
    expect_sent(world_.upstream);
    EXPECT_EQ(world_.blobs.open_writers, 0) << "a temporary file was left";
    if (reply.status == 401 || reply.status == 429) EXPECT_EQ(bytes_read_, 0u) << "the body was read";
  }

 private:
  void add_keys() {
    names_["key"] = world_.key;
    names_["read_key"] = world_.key_with({Scope::read});
    names_["send_key"] = world_.key_with({Scope::send});
    names_["limited_key"] = world_.key_with({}, RateLimits{{1, 60s}});
  }

  void add_customers() {
    const auto now = world_.clock.now();
    const auto add = [&](const std::string& name, const std::string& number, std::optional<Timestamp> last_inbound) {
      names_[name] = number;
      world_.add_customer(number, last_inbound);
    };
    add("open", "919812345670", now);
    add("edge", "919812345671", now - 24h);
    add("closed", "919812345672", now - 24h - 1ms);
    add("opted_in", "919812345673", now - 48h);
    add("opted_out", "919812345674", std::nullopt);
    names_["stranger"] = "919812345675";
    names_["nobody"] = "919812345676";
    names_["theirs"] = "919812345677";
    names_["stranger2"] = "919812345678";
    world_.say(world_.tenant, names_["opted_in"], true);
    world_.say(world_.tenant, names_["stranger"], true);
    world_.say(world_.tenant, names_["opted_out"], true);
    world_.say(world_.tenant, names_["opted_out"], false);
    world_.say(world_.other_tenant, names_["theirs"], true);
  }

  void add_files() {
    const auto us = world_.tenant;
    names_["png_bytes"] = test::DoorWorld::png;
    add_file("png", world_.add_media(us, "image/png", std::string(test::DoorWorld::png), "plan.png"));
    add_file("pdf", world_.add_media(us, "application/pdf", "%PDF menu", "men\xc3\xbc \"1\".pdf"));
    add_file("html", world_.add_media(us, "text/html", "<html><script>1</script>"));
    add_file("ogg", world_.add_media(us, "audio/ogg", "OggS"));
    add_file("foreign", world_.add_media(world_.other_tenant, "image/png", "foreign"));
    add_file("expired", age(world_.add_media(us, "image/png", "expired"), 48h));
    add_file("almost", age(world_.add_media(us, "image/png", "almost"), 48h - 1ms));
    add_file("forgotten", age(world_.add_media(us, "image/png", "forgotten"), 48h + 7 * 24h));
    names_["id:unknown"] = to_uuid(MediaId::make(world_.clock.now()).raw);
  }
  // A button of each kind that takes a value.
  void add_template() {
    MessageTemplate made;
    made.id = "1";
    made.name = "with_buttons";
    made.language = "en";
    made.status = "APPROVED";
    made.components = json::parse(R"([{"type":"BODY","text":"x"},{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Stop"},
        {"type":"URL","text":"See","url":"https://shop.example.org/{{1}}"},{"type":"COPY_CODE","text":"Copy"}]}])")
                          ->as_array();
    world_.template_store.templates[{"2001", made.id}] = made;
  }
  Media age(Media media, milliseconds by) {
    media.expires_at -= by;
    world_.rows.rows[media.id] = media;
    return media;
  }
  void add_file(const std::string& name, const Media& media) {
    names_["ours:" + name] = media.id.text();
    names_["id:" + name] = to_uuid(media.id.raw);
    names_["ID:" + name] = upper(to_uuid(media.id.raw));
  }

  void arrange() {
    script_urls(world_.fetcher);
    if (const auto* used = json::find(given(), "requests_used")) {
      for (std::int64_t i = 0; i < used->as_int64(); ++i)
        test::run(world_.io, world_.access.admit(names_["limited_key"], "pepipost")).value();
    }
    if (const auto* count = json::find(given(), "channels"); count != nullptr && count->as_int64() == 2)
      world_.add_channel(world_.tenant, "1003");
    if (const auto* before = json::find_array(given(), "before")) {
      for (const auto& request : *before) send(call_of(request.as_object(), usual()));
    }
    if (const auto* late = json::find(given(), "late_refusals"); late != nullptr && late->as_bool()) world_.refuse_late();
    const auto broken = json::find_string(given(), "broken").value_or("");
    if (broken == "disk") world_.blobs.refuse_create = true;
    if (broken == "disk full") world_.blobs.disk_full_after = 4;
    if (broken == "media rows") world_.rows.outage = true;
    if (broken == "messages") world_.messages.fail_at = world_.messages.writes + 1;
    if (broken == "messages read") world_.messages.fail_call = world_.messages.calls + 1;
    if (broken == "consents") world_.consent_store.outage = true;
    if (broken == "templates") world_.template_store.broken = true;
    if (broken == "sources") world_.source_store.outage = true;
    if (broken == "access") world_.access_store.broken = true;
  }

  http::Headers usual() const {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + names_.at("key"));
    return headers;
  }

  test::Reply send(Call call) {
    test::PiecedBody body(std::move(call.body), 4096);
    auto reply = world_.call(call.method, std::move(call.target), std::move(call.headers), body);
    bytes_read_ = body.bytes_read();
    return reply;
  }

  // The message that the answer must name is the one that is new.
  test::Reply act() {
    std::set<MessageId> before;
    for (const auto& [id, message] : world_.messages.messages) before.insert(id);
    auto reply = send(own_call(usual()));
    for (const auto& [id, message] : world_.messages.messages) {
      if (!before.contains(id)) names_["message_id"] = to_uuid(id.raw);
    }
    names_.try_emplace("message_id", "none");
    if (json::find_object(spec(), "sent") != nullptr) world_.send_what_waits();
    return reply;
  }

  // What is kept of the message that is new: "stored" {"state"?,"priority"?,"days"?,"remark"?}.
  void expect_stored() const {
    const auto* expected = json::find_object(spec(), "stored");
    if (expected == nullptr) return;
    const auto id = from_uuid(names_.at("message_id"));
    ASSERT_TRUE(id) << "nothing was stored";
    const auto& message = world_.messages.messages.at(MessageId{*id});
    json::object kept{{"state", to_string(message.state)}, {"priority", to_string(message.priority)}};
    if (message.expires_at) kept["days"] = std::chrono::round<std::chrono::days>(*message.expires_at - message.created_at).count();
    if (message.error) kept["remark"] = status_remark(message.error);
    for (const auto& member : *expected) {
      EXPECT_EQ(kept[member.key()], member.value()) << member.key();
    }
  }

  test::PepipostWorld world_;
  std::size_t bytes_read_ = 0;
};

TEST(PepipostContract, EveryCaseIsAnsweredToTheLetter) {
  const auto cases =
      test::replay_contract("tests/contract/pepipost", [](const json::object& file, const json::object& spec) { Case(file, spec).run(); });
  EXPECT_GE(cases, 300u);
}

}  // namespace
}  // namespace wherry::api::pepipost
