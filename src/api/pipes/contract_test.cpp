// Replays tests/contract/pipes/*.json: a state and a request, and the exact answer.
#include <gtest/gtest.h>

#include "api/pipes/sign_up.h"
#include "base/bytes.h"
#include "tests/support/contract_case.h"
#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using namespace std::chrono_literals;

class Case final : public test::ContractCase {
 public:
  Case(const json::object& file, const json::object& spec) : ContractCase(file, spec) {
    unknowns_["any_media_id"] = {21, [](std::string_view text) { return MediaId::parse(text).has_value(); }};
    names_["key"] = world_.key;
    auto& number = world_.access_store.channels.front();  // as whole as one that was connected
    number.display_number = "15550107788";
    number.app_secret = Secret("app-secret");
    number.verify_token = Secret("verify-token");
    number.graph_url = "https://graph.facebook.com";
    number.graph_version = "v23.0";
    test::run(world_.io, world_.channels.load()).value();
    const auto now = world_.clock.now();
    const auto us = world_.tenant;
    const auto them = world_.other_tenant;
    names_["open"] = world_.add_conversation(us, now).text();
    names_["edge"] = world_.add_conversation(us, now - 24h).text();
    names_["closed"] = world_.add_conversation(us, now - 24h - 1ms).text();
    names_["silent"] = world_.add_conversation(us, std::nullopt).text();
    names_["foreign"] = world_.add_conversation(them, now).text();
    names_["foreign_closed"] = world_.add_conversation(them, std::nullopt).text();
    names_["unknown"] = ConversationId::make(now).text();
    add_media("png", world_.add_media(us, "image/png", std::string(test::PipesWorld::png), "plan.png"));
    add_media("pdf", world_.add_media(us, "application/pdf", "%PDF menu", "men\xc3\xbc \"1\".pdf"));
    add_media("html", world_.add_media(us, "text/html", "<html><script>1</script>"));
    add_media("ogg", world_.add_media(us, "audio/ogg", "OggS"));
    add_media("webp", world_.add_media(us, "image/webp", "RIFF"));
    add_media("mp4", world_.add_media(us, "video/mp4", "....ftyp"));
    add_media("foreign_png", world_.add_media(them, "image/png", "foreign"));
    add_media("expired", age(world_.add_media(us, "image/png", "expired"), 48h));
    add_media("almost_expired", age(world_.add_media(us, "image/png", "almost"), 48h - 1ms));
    add_media("forgotten", age(world_.add_media(us, "image/png", "forgotten"), 48h + 7 * 24h));
    names_["id:unknown"] = MediaId::make(now).text();
    Media unknown;
    unknown.id = MediaId::make(now);
    names_["link:unknown"] = world_.media.signed_link(unknown);
    names_["id:impossible"] = "zzzzzzzzzzzzzzzzzzzzz";  // the shape of an id, but none we would give
    names_["reset"] = "1795000061";
    names_["url"] = "https://wherry.example.org";
    names_["open_brace"] = "{{";
    names_["app_key"] = world_.app_key;
    names_["foreign_app_key"] = world_.foreign_app_key;
    names_["pool"] = world_.access_store.channels.front().id.text();
    names_["unknown_pool"] = ChannelId::make(now).text();
    add_templates();
    add_sign_up();
    names_["send_key"] = world_.key_of(us, "pipes", Scopes{Scope::send});
    names_["read_key"] = world_.key_of(us, "pipes", Scopes{Scope::read});
    names_["send_app_key"] = world_.key_of(us, "pipes_app", Scopes{Scope::send});
    names_["read_app_key"] = world_.key_of(us, "pipes_app", Scopes{Scope::read});
    const auto writer = world_.add_conversation(us, now);
    world_.messages.conversations[writer].identity.wa_id = WaId{"447700900555"};
  }

  void run() {
    arrange();
    const auto own = own_call(usual());
    test::PiecedBody body(own.body, 7);
    const auto reply = world_.call(own.method, own.target, own.headers, body);
    names_["new_pool"] = world_.access_store.channels.back().id.text();
    expect_answer(reply);
    expect_rate(reply);
    EXPECT_EQ(reply.headers.count("Access-Control-Allow-Origin"), 0u) << "no page of another origin may read this";
    expect_sent(world_.upstream);
    EXPECT_EQ(world_.blobs.open_writers, 0) << "a temporary file was left";
    if (reply.status == 401 || reply.status == 429) EXPECT_EQ(body.bytes_read(), 0u) << "the body was read";
  }

 private:
  Media age(Media media, milliseconds by) {
    media.created_at -= by;
    media.expires_at -= by;
    world_.rows.rows[media.id] = media;
    return media;
  }

  void add_sign_up() {
    const auto now = world_.clock.now();
    SignUp sign_up{world_.tenant, json::object{{"user", 42}}, "https://app.example/done?x=1", now + sign_up_lifetime};
    names_["token"] = sign_up_token(world_.secrets, sign_up);
    unknowns_["any_token"] = {names_["token"].size(), [this](std::string_view token) {
                                const auto opened = open_sign_up(world_.secrets, token, world_.clock.now());
                                return opened && opened->tenant == world_.tenant && json::serialize(opened->metadata) == R"({"user":42})";
                              }};
    const auto holds = [](std::string words) {
      return [words](std::string_view body) { return body.find(words) != std::string_view::npos; };
    };
    unknowns_["sign_up_page"] = {0, holds(R"(const app = {"id":"4711","version":"v23.0","config":"config-1"};)")};
    unknowns_["stale_page"] = {0, holds("This link is not valid any more.")};
    sign_up.tenant = world_.other_tenant;
    names_["foreign_token"] = sign_up_token(world_.secrets, sign_up);
    names_["sealed"] = to_hex(world_.secrets.seal(Secret("EAAsecret")));
  }

  void add_templates() {
    auto& whatsapp = world_.whatsapp_templates;
    whatsapp.page_size = 100;
    whatsapp.put("101", "order_ready");
    whatsapp.put("102", "order_ready", "PENDING", "de");
    whatsapp.put("103", "greeting").components = json::array{json::object{{"type", "BODY"}, {"text", "Hello"}}};
    test::run(world_.io, world_.templates.sync(world_.channels.all().front())).value();
  }

  void add_media(const std::string& name, const Media& media) {
    names_["id:" + name] = media.id.text();
    names_["link:" + name] = world_.media.signed_link(media);
    names_["query:" + name] = names_["link:" + name].substr(names_["link:" + name].find('?') + 1);
    names_["etag:" + name] = '"' + to_hex(media.sha256) + '"';
  }

  http::Headers usual() const {
    http::Headers headers;
    headers.add("Host", "ignored.example.org");
    headers.add("Authorization", "Bearer " + world_.key);
    return headers;
  }

  void arrange() {
    if (json::find(given(), "no_app") != nullptr) world_.add_door({});
    if (json::find(given(), "code_is_bad") != nullptr) world_.accounts.exchanging = Error{ErrorCode::rejected, "The code has been used"};
    if (json::find(given(), "accounts_are_not_reached") != nullptr) {
      world_.accounts.reading = Error{ErrorCode::upstream_unavailable, "WhatsApp was not reached"};
    }
    script_whatsapp(world_.upstream);
    script_urls(world_.fetcher);
    const auto whatsapp = json::find_string(given(), "whatsapp").value_or("");
    auto& answer = world_.whatsapp_templates.failure;
    if (whatsapp == "refuses the template") answer = Error{ErrorCode::rejected, "Content in this language already exists"};
    if (whatsapp == "is not reached for templates") answer = Error{ErrorCode::upstream_unavailable, "WhatsApp was not reached"};
    if (json::find(given(), "unsynced") != nullptr) world_.template_store.syncs.clear();
    if (const auto* used = json::find(given(), "requests_used")) {
      for (std::int64_t i = 0; i < used->as_int64(); ++i) {
        test::run(world_.io, world_.access.admit(world_.key, "pipes")).value();
        test::run(world_.io, world_.access.admit(world_.app_key, "pipes_app")).value();
      }
    }
    if (const auto* later = json::find(given(), "later_ms")) world_.clock.advance(milliseconds(later->as_int64()));
    if (const auto* before = json::find_array(given(), "before")) {
      for (const auto& request : *before) {
        auto earlier = call_of(request.as_object(), usual());
        world_.call(earlier.method, std::move(earlier.target), std::move(earlier.headers), std::move(earlier.body));
      }
      world_.upstream.sent.clear();
    }
    if (json::find(given(), "messages_lost") != nullptr) world_.messages.messages.clear();
    if (const auto key = json::find_string(given(), "working_on")) work_on(std::string(*key));
    const auto broken = json::find_string(given(), "broken").value_or("");
    if (broken == "disk") world_.blobs.refuse_create = true;
    if (broken == "disk full") world_.blobs.disk_full_after = 4;
    if (broken == "media rows") world_.rows.outage = true;
    if (broken == "messages") world_.messages.fail_at = world_.messages.writes + 1;
    if (broken == "templates") world_.template_store.broken = true;
    if (broken == "access") world_.access_store.broken = true;
  }

  void expect_rate(const test::Reply& reply) {
    const auto rate = json::find_string(json::find(spec(), "expect")->as_object(), "rate").value_or("counted");
    if (rate == "counted") {
      EXPECT_EQ(reply.header("X-RateLimit-Limit"), "60");
      EXPECT_EQ(reply.header("X-RateLimit-Remaining"), "59");
      EXPECT_EQ(reply.header("X-RateLimit-Reset"), names_.at("reset"));
      EXPECT_EQ(reply.headers.count("Retry-After"), 0u);
    } else if (rate == "none") {
      for (const auto* name : {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}) {
        EXPECT_EQ(reply.headers.count(name), 0u) << name;
      }
    } else {
      ASSERT_EQ(rate, "as listed");
    }
  }

  // The same request came under the key a moment ago, and is not answered yet.
  void work_on(std::string key) {
    const auto own = own_call(usual());
    IdempotencyClaim claim{world_.tenant, std::string(http::to_string(own.method)) + " " + own.target, std::move(key), sha256(own.body)};
    worked_on_.emplace(test::run(world_.io, world_.idempotency.begin(std::move(claim))).value());
  }

  test::PipesWorld world_;
  std::optional<Idempotency::Begun> worked_on_;
};

TEST(PipesContract, EveryCaseIsAnsweredToTheLetter) {
  const auto cases =
      test::replay_contract("tests/contract/pipes", [](const json::object& file, const json::object& spec) { Case(file, spec).run(); });
  EXPECT_GE(cases, 300u);
}

}  // namespace
}  // namespace wherry::api::pipes
