#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/run_blocking.h"
#include "base/qr_image.h"
#include "net/client.h"
#include "net/message.h"

namespace wherry::app {

namespace {

constexpr milliseconds patience = std::chrono::minutes(5);
constexpr milliseconds look_again = std::chrono::seconds(1);
constexpr std::nullopt_t no_body = std::nullopt;

struct Answer {
  int status = 0;
  json::object body;
  std::string text(std::string_view name) const { return std::string(json::find_string(body, name).value_or("")); }
};

/// A linking on its way, as a client of the Sessions API.
class Linking {
 public:
  Linking(http::Client& client, Clock& clock, LinkOptions options) : client_(client), clock_(clock), options_(std::move(options)) {}

  Task<Result<void>> run() {
    const auto end = clock_.now() + patience;
    CO_TRY_VOID(co_await start());
    while (clock_.now() < end) {
      CO_TRY(const auto session, co_await call(http::Method::get, path_, no_body));
      if (session.text("status") == "working") co_return linked(session);
      if (session.text("status") == "failed") co_return Error{ErrorCode::rejected, "linking failed: " + session.text("detail")};
      CO_TRY_VOID(co_await show_code());
      co_await clock_.sleep_for(look_again);
    }
    co_return Error{ErrorCode::timeout, "nobody linked the number within five minutes; run the command again with " + session_};
  }

 private:
  Task<Result<void>> start() {
    if (options_.session.empty()) {
      json::object wanted{{"label", options_.label}, {"start", true}};
      CO_TRY(const auto made, co_await call(http::Method::post, "/api/v1/sessions", std::move(wanted)));
      session_ = made.text("id");
    } else {
      session_ = options_.session;
      const auto path = "/api/v1/sessions/" + http::percent_encode(session_) + ":start";
      CO_TRY_VOID(co_await call(http::Method::post, path, no_body));
    }
    path_ = "/api/v1/sessions/" + http::percent_encode(session_);
    std::printf("session %s\n", session_.c_str());
    co_return Result<void>();
  }

  // A code that is not there yet comes with the next look.
  Task<Result<void>> show_code() {
    const bool by_phone = !options_.phone.empty();
    if (by_phone && !shown_.empty()) co_return Result<void>();
    auto code = Result<Answer>(Answer());
    if (by_phone) {
      json::object wanted{{"phone", options_.phone}};
      const auto path = path_ + "/pairing-code";
      code = co_await call(http::Method::post, path, std::move(wanted));
    } else {
      const auto path = path_ + "/qr";
      code = co_await call(http::Method::get, path, no_body);
    }
    if (!code && may_come(code.error())) co_return Result<void>();
    if (!code) co_return code.error();
    const auto text = code->text("code");
    if (text == shown_) co_return Result<void>();
    shown_ = text;
    if (by_phone) {
      std::printf("On the phone: Linked devices, Link a device, Link with phone number instead. Type: %s\n", text.c_str());
    } else {
      CO_TRY(const auto image, QrImage::of(text));
      std::printf("On the phone: Linked devices, Link a device. Scan this; it changes every 20 seconds or so.\n\n%s\n",
                  image.terminal().c_str());
    }
    std::fflush(stdout);
    co_return Result<void>();
  }

  // Not there yet; or the phone has just scanned it, and the next look tells.
  static bool may_come(const Error& error) {
    return error.code == ErrorCode::not_found || error.code == ErrorCode::conflict || error.code == ErrorCode::already_exists;
  }

  static Result<void> linked(const Answer& session) {
    std::printf("linked: %s\n", session.text("phoneNumber").c_str());
    return {};
  }

  Task<Result<Answer>> call(http::Method method, std::string path, std::optional<json::object> body) {
    http::ClientRequest request;
    request.method = method;
    request.url = options_.url + path;
    request.timeout = std::chrono::seconds(30);
    request.headers.add("Authorization", "Bearer " + options_.key);
    if (body) {
      request.headers.add("Content-Type", "application/json");
      request.body = json::serialize(*body);
    }
    CO_TRY(auto response, co_await client_.send(std::move(request)));
    auto parsed = json::parse(response.body);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    if (object == nullptr) co_return Error{ErrorCode::internal, "the server's answer is not JSON"};
    Answer answer{response.status, *object};
    if (response.status < 300) co_return answer;
    const auto* told = json::find_object(*object, "error");
    const auto text = std::string(json::find_string(told != nullptr ? *told : *object, "message").value_or("the server refused"));
    co_return Error{code_of(response.status), text + " (status " + std::to_string(response.status) + ")"};
  }

  static ErrorCode code_of(int status) {
    if (status == 404) return ErrorCode::not_found;
    if (status == 409) return ErrorCode::conflict;
    return ErrorCode::rejected;
  }

  http::Client& client_;
  Clock& clock_;
  const LinkOptions options_;
  std::string session_, path_, shown_;
};

}  // namespace

int link_session(const LinkOptions& options) {
  SystemClock clock;
  boost::asio::io_context io(1);
  auto client = http::make_client({}, clock);
  auto wanted = options;
  while (wanted.url.ends_with('/')) wanted.url.pop_back();
  Linking linking(*client, clock, std::move(wanted));
  auto done = run_blocking(io, linking.run());
  if (done) return exit_ok;
  std::fprintf(stderr, "wherry: %s\n", done.error().message.c_str());
  return exit_failed;
}

}  // namespace wherry::app
