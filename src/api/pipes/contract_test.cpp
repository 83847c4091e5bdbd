// Replays tests/contract/pipes/*.json: a state and a request, and the exact answer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "base/json.h"
#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

http::Method method_of(std::string_view name) {
  for (const auto method :
       {http::Method::get, http::Method::head, http::Method::post, http::Method::put, http::Method::patch, http::Method::delete_}) {
    if (http::to_string(method) == name) return method;
  }
  throw std::logic_error("unknown method in a contract case: " + std::string(name));
}

std::string text_of(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value()); }

class Case {
 public:
  Case(const json::object& file, const json::object& spec) : file_(file), spec_(spec) {
    names_["key"] = world_.key;
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
    names_["id:impossible"] = "zzzzzzzzzzzzzzzzzzzzz";  // the shape of an id, but none we would give
    names_["reset"] = "1795000061";
    names_["url"] = "https://wherry.example.org";
    names_["open_brace"] = "{{";
    names_["app_key"] = world_.app_key;
    names_["foreign_app_key"] = world_.foreign_app_key;
    names_["pool"] = world_.access_store.channels.front().id.text();
    names_["unknown_pool"] = ChannelId::make(now).text();
    add_templates();
    const auto writer = world_.add_conversation(us, now);
    world_.messages.conversations[writer].identity.wa_id = WaId{"447700900555"};
  }

  void run() {
    arrange();
    const auto reply = act();
    check(reply);
  }

 private:
  Media age(Media media, milliseconds by) {
    media.created_at -= by;
    media.expires_at -= by;
    world_.rows.rows[media.id] = media;
    return media;
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

  // {{name}} is replaced by what it stands for, {{x*3}} by xxx.
  std::string fill(std::string text) const {
    for (auto at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
      const auto end = text.find("}}", at);
      const auto name = text.substr(at + 2, end - at - 2);
      const auto star = name.find('*');
      std::string value;
      if (star != std::string::npos) {
        const auto times = std::stoul(name.substr(star + 1));
        for (std::size_t i = 0; i < times; ++i) value += name.substr(0, star);
      } else if (name == "any_media_id") {
        at = end;
        continue;
      } else {
        value = names_.at(name);
      }
      text.replace(at, end + 2 - at, value);
      at += value.size();
    }
    return text;
  }

  void script(std::string_view whatsapp) {
    if (whatsapp == "refuses") world_.upstream.script.push_back(test::refused(131026));
    if (whatsapp == "refuses the upload") world_.upstream.script.push_back(test::refused(131053, ErrorCode::upload_failed));
    if (whatsapp == "does not confirm") world_.upstream.script.push_back(SendUnknown{"reset"});
    if (whatsapp == "is not reached") {
      for (int i = 0; i < 100; ++i) {
        SendRefused refused;
        refused.retry_class = RetryClass::transient;
        refused.error.is_transient = true;
        refused.reason = Error{ErrorCode::upstream_unavailable, "WhatsApp could not be reached"};
        world_.upstream.script.push_back(refused);
      }
    }
  }

  void arrange() {
    const auto* given = json::find_object(spec_, "given");
    if (given == nullptr) return;
    script(json::find_string(*given, "whatsapp").value_or(""));
    if (json::find_string(*given, "whatsapp") == "refuses the template") {
      world_.whatsapp_templates.failure = Error{ErrorCode::rejected, "Content in this language already exists"};
    }
    if (const auto* urls = json::find_object(*given, "urls")) {
      for (const auto& [url, value] : *urls) {
        const auto& answer = value.as_object();
        auto& scripted = world_.fetcher.answers[std::string(url)];
        scripted.bytes = fill(std::string(json::find_string(answer, "bytes").value_or("")));
        scripted.fetched.content_type = json::find_string(answer, "type").value_or("");
        scripted.fetched.file_name = json::find_string(answer, "name").value_or("");
        const auto error = json::find_string(answer, "error");
        for (const auto code : all_error_codes) {
          if (error == to_string(code)) scripted.error = Error{code, "The URL is not allowed"};
        }
      }
    }
    if (const auto* used = json::find(*given, "requests_used")) {
      for (std::int64_t i = 0; i < used->as_int64(); ++i) test::run(world_.io, world_.access.admit(world_.key, "pipes")).value();
    }
    if (const auto* later = json::find(*given, "later_ms")) world_.clock.advance(milliseconds(later->as_int64()));
    const auto broken = json::find_string(*given, "broken").value_or("");
    if (broken == "disk") world_.blobs.refuse_create = true;
    if (broken == "disk full") world_.blobs.disk_full_after = 4;
    if (broken == "media rows") world_.rows.outage = true;
    if (broken == "messages") world_.messages.fail_at = world_.messages.writes + 1;
    if (broken == "access") world_.access_store.broken = true;
  }

  test::Reply act() {
    const auto* request = json::find_object(spec_, "request");
    const json::object none;
    if (request == nullptr) request = &none;
    const auto operation = text_of(file_, "operation");
    const auto space = operation.find(' ');
    const auto method = method_of(json::find_string(*request, "method").value_or(operation.substr(0, space)));
    const auto target = fill(std::string(json::find_string(*request, "path").value_or(operation.substr(space + 1))));

    http::Headers headers;
    headers.add("Host", "ignored.example.org");
    headers.add("Authorization", "Bearer " + world_.key);
    std::string body;
    if (const auto* value = json::find(*request, "json")) {
      body = fill(json::serialize(*value));
    }
    if (const auto text = json::find_string(*request, "text")) body = fill(std::string(*text));
    if (const auto hex = json::find_string(*request, "hex")) {
      const auto bytes = from_hex(*hex).value();
      body.assign(bytes.begin(), bytes.end());
    }
    if (!body.empty()) headers.add("Content-Type", "application/json");
    if (const auto* given = json::find_object(*request, "headers")) {
      for (const auto& [name, value] : *given) {
        if (value.is_null()) {
          headers.remove(name);
        } else {
          headers.set(name, fill(std::string(value.as_string())));
        }
      }
    }
    body_ = std::make_unique<test::PiecedBody>(std::move(body), 7);
    return world_.call(method, target, std::move(headers), *body_);
  }

  void check(const test::Reply& reply) {
    const auto& expect = *json::find_object(spec_, "expect");
    const auto status = json::find(expect, "status")->as_int64();
    EXPECT_EQ(reply.status, status) << reply.body;
    const auto body = fill(text_of(expect, "body"));
    const auto any = body.find("{{any_media_id}}");
    if (any == std::string::npos) {
      EXPECT_EQ(reply.body, body);
    } else {
      ASSERT_EQ(reply.body.size(), body.size() - 16 + 21) << reply.body;
      EXPECT_EQ(reply.body.substr(0, any), body.substr(0, any));
      EXPECT_TRUE(MediaId::parse(reply.body.substr(any, 21)).has_value()) << reply.body;
      EXPECT_EQ(reply.body.substr(any + 21), body.substr(any + 16));
    }
    if (reply.body.starts_with("{\"")) EXPECT_EQ(reply.header("Content-Type"), "application/json");
    check_rate(reply, json::find_string(expect, "rate").value_or("counted"));
    if (const auto* headers = json::find_object(expect, "headers")) {
      for (const auto& [name, value] : *headers) {
        if (value.is_null()) {
          EXPECT_EQ(reply.headers.count(name), 0u) << name;
        } else {
          EXPECT_EQ(reply.header(name), fill(std::string(value.as_string()))) << name;
        }
      }
    }
    check_sent();
    EXPECT_EQ(world_.blobs.open_writers, 0) << "a temporary file was left";
    if (status == 401 || status == 429) EXPECT_EQ(body_->bytes_read(), 0u) << "the body was read";
  }

  void check_rate(const test::Reply& reply, std::string_view rate) {
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

  // What reached WhatsApp: the content less the media id, or nothing.
  void check_sent() {
    const auto* expected = json::find_object(spec_, "sent");
    if (expected == nullptr) {
      EXPECT_TRUE(world_.upstream.sent.empty()) << "something was sent";
      return;
    }
    ASSERT_FALSE(world_.upstream.sent.empty()) << "nothing was sent";
    auto content = json::parse(content_to_json(world_.upstream.sent.back().content)).value().as_object();
    content.erase("media");
    EXPECT_EQ(json::value(content), json::parse(fill(json::serialize(*expected))).value()) << json::serialize(content);
  }

  const json::object& file_;
  const json::object& spec_;
  test::PipesWorld world_;
  std::map<std::string, std::string> names_;
  std::unique_ptr<test::PiecedBody> body_;
};

TEST(PipesContract, EveryCaseIsAnsweredToTheLetter) {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator("tests/contract/pipes")) {
    if (entry.path().extension() != ".json") continue;
    auto parsed = json::parse(read_file(entry.path()));
    ASSERT_TRUE(parsed.has_value()) << entry.path();
    const auto& file = parsed->as_object();
    std::set<std::string> names;
    for (const auto& spec : file.at("cases").as_array()) {
      const auto name = text_of(spec.as_object(), "name");
      SCOPED_TRACE(entry.path().filename().string() + ": " + name);
      EXPECT_TRUE(names.insert(name).second) << "two cases of one name";
      Case(file, spec.as_object()).run();
      ++cases;
    }
  }
  EXPECT_GE(cases, 100u);
}

}  // namespace
}  // namespace wherry::api::pipes
