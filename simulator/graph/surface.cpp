#include "simulator/graph/surface.h"

#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/routes.h"
#include "simulator/graph/send.h"

namespace wherry::sim {
namespace {

using http::Method;

/// What the interceptor says about a request of any kind.
std::optional<Verdict> ask_about(const Call& call) {
  if (!call.context.interceptor) return std::nullopt;
  return call.context.interceptor->before_request(RequestAsk{call.method, call.path});
}

bool stops(const Verdict& verdict) {
  using Fault = Verdict::Fault;
  return verdict.error || verdict.bare_http != 0 || verdict.fault == Fault::close_unaccepted || verdict.fault == Fault::html_502 ||
         verdict.fault == Fault::reset;
}

Task<http::Response> dispatch_node(Call& call) {
  World& world = call.world();
  if (call.node == "me" && call.edge.empty()) co_return show_me(call);
  if (call.node == "debug_token") co_return debug_token(call);
  std::optional<http::Response> response;
  if (auto number = visible_number(call, call.node)) {
    response = co_await number_route(call, std::move(number));
  } else if (auto waba = visible_waba(call, call.node)) {
    response = co_await waba_route(call, std::move(waba));
  } else if (auto value = visible_template(call, call.node)) {
    response = co_await template_route(call, std::move(value));
  } else if (auto app = call.node == "app" ? call.app : world.apps.find(call.node)) {
    response = co_await app_route(call, std::move(app));
  } else if (auto item = call.edge.empty() ? world.media.find(call.node, call.now()) : nullptr) {
    if (visible_number(call, item->number_id)) response = media_node(call, *item);
  }
  if (response) co_return std::move(*response);
  co_return answer_error(call, wrong_object(call));
}

Task<http::Response> authenticated(Call& call) {
  const bool send = call.method == Method::post && call.edge == "messages" && call.rest.empty();
  auto unread = co_await take_params(call, send);
  if (unread) co_return answer_error(call, *unread);
  const std::string token = token_text(call);
  if (auto failure = authenticate(call, token)) co_return answer_error(call, *failure);
  if (send) {
    co_return co_await send_message(call);
  }
  co_return co_await dispatch_node(call);
}

}  // namespace

Task<http::Response> GraphSurface::route(Call& call) {
  if (auto failure = take_path(call)) co_return answer_error(call, *failure);
  if (call.node == "whatsapp_business") co_return download_media(call);
  auto verdict = ask_about(call);
  if (verdict) {
    if (verdict->delay > milliseconds(0)) {
      co_await context_.world.clock().sleep_for(verdict->delay);
    }
    if (stops(*verdict)) {
      auto response = verdict->error ? answer_error(call, *verdict->error) : answer(call, std::string("{}"));
      response.close = true;  // the body stays unread
      const auto fault = verdict->fault;
      const int bare_http = verdict->bare_http;
      co_return co_await apply_fault(context_.world, fault, bare_http, std::move(response));
    }
  }
  http::Response response;
  if (call.method == Method::post && call.edge == "media" && call.rest.empty()) {
    response = co_await upload_media(call);
  } else if (call.node == "oauth" && call.edge == "access_token") {
    response = co_await exchange_code(call);
  } else if (call.node.starts_with("upload:")) {
    response = co_await continue_upload(call);
  } else {
    response = co_await authenticated(call);
  }
  if (!verdict || verdict->fault == Verdict::Fault::none) co_return response;
  const auto fault = verdict->fault;
  co_return co_await apply_fault(context_.world, fault, 0, std::move(response));
}

Task<http::Response> GraphSurface::handle(http::Request& request) {
  World& world = context_.world;
  world.counters.requests.fetch_add(1, std::memory_order_relaxed);
  Call call(context_, request);
  auto response = co_await route(call);
  if (world.switches.log_requests.load(std::memory_order_relaxed)) {
    RequestRecord record;
    record.at = world.now();
    record.method = http::to_string(request.method);
    record.path = request.path;
    record.status = response.status;
    record.code = call.code;
    world.requests.add(std::move(record));
  }
  co_return response;
}

}  // namespace wherry::sim
