#include "app/admin_caller.h"

#include "api/admin/routes.h"
#include "app/core.h"
#include "app/run_blocking.h"

namespace wherry::app {

namespace {

// A body that is already here.
class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::string_view>> read() override {
    const auto piece = std::string_view(text_).substr(given_);
    given_ = text_.size();
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return text_.size(); }

 private:
  std::string text_;
  std::size_t given_ = 0;
};

Result<AdminAnswer> parse_answer(int status, std::string_view body) {
  if (body.empty()) return AdminAnswer{status, json::object()};
  auto parsed = json::parse(body);
  if (!parsed) return Error{ErrorCode::internal, "the server's answer is not JSON; is this a Wherry server?"};
  return AdminAnswer{status, std::move(*parsed)};
}

Task<Result<AdminAnswer>> call_here(Core& core, AdminCall call) {
  CO_TRY_VOID(co_await core.load());
  api::admin::AdminServices services{core.access,         core.channels,      core.message_store, core.upstream,     core.outbox,
                                     core.idempotency,    core.inbox,         core.webhooks,      core.templates,    core.clock,
                                     core.keys.admin_key, core.journal,       core.reports,       core.journal_feed, core.consents,
                                     core.sources,        &core.webhook_store};
  http::Router router;
  api::admin::add_admin_routes(router, services);
  TextBody body(call.body.empty() ? std::string() : json::serialize(call.body));
  http::Request request;
  request.method = call.method;
  request.target = call.path;
  const auto mark = call.path.find('?');
  request.path = call.path.substr(0, mark);
  if (mark != std::string::npos) request.query = call.path.substr(mark + 1);
  request.headers.add("Authorization", "Bearer " + core.keys.admin_key.reveal());
  request.body = &body;
  auto response = co_await router.handle(request);
  co_return parse_answer(response.status, std::get<std::string>(response.body));
}

Task<Result<AdminAnswer>> call_server(http::Client& client, std::string url, Secret key, AdminCall call) {
  http::ClientRequest request;
  request.method = call.method;
  request.url = std::move(url) + call.path;
  request.headers.add("Authorization", "Bearer " + key.reveal());
  if (!call.body.empty()) {
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(call.body);
  }
  CO_TRY(auto response, co_await client.send(std::move(request)));
  co_return parse_answer(response.status, response.body);
}

}  // namespace

Result<AdminAnswer> call_admin(const AdminTarget& target, AdminCall call) {
  SystemClock clock;
  boost::asio::io_context io(1);
  if (target.url.empty()) {
    TRY(auto core, Core::open(target.config, clock, io.get_executor()));
    return run_blocking(io, call_here(*core, std::move(call)));
  }
  auto key = target.config.admin_key;
  if (key.empty()) return Error{ErrorCode::unauthenticated, "--url needs --admin-key or WHERRY_ADMIN_KEY"};
  auto url = target.url;
  while (url.ends_with('/')) url.pop_back();
  http::ClientOptions options;
  options.extra_ca_file = target.config.ca_file;
  auto client = http::make_client(options, clock);
  return run_blocking(io, call_server(*client, std::move(url), std::move(key), std::move(call)));
}

}  // namespace wherry::app
