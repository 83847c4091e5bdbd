#include <boost/asio/this_coro.hpp>

#include "api/pipes/errors.h"
#include "api/pipes/operations.h"
#include "api/pipes/ws_session.h"
#include "net/websocket.h"

namespace wherry::api::pipes {

namespace {

Error forbidden(std::string text) { return {ErrorCode::permission_denied, std::move(text)}; }

// A conversation may be listened to though its window is closed.
Task<Result<void>> check_conversation(const PipesServices& services, TenantId tenant, ConversationId id) {
  auto sendable = co_await services.outbox.check_sendable(tenant, id);
  if (sendable || sendable.error().code == ErrorCode::window_closed) co_return Result<void>();
  const auto code = sendable.error().code;
  const bool hidden = code == ErrorCode::not_found || code == ErrorCode::permission_denied;
  if (!hidden) co_return std::move(sendable).error();
  co_return forbidden("The conversation is not yours");
}

Task<Result<SocketScope>> find_scope(const PipesServices& services, const http::Request& request) {
  auto key = http::query_value(request.query, "apiKey");
  if (!key) co_return Error{ErrorCode::unauthenticated, "Invalid or missing API key"};
  std::string style = key->starts_with(find_key_style("pipes_app")->start) ? "pipes_app" : "pipes";
  CO_TRY(auto principal, co_await services.access.identify(std::move(*key), std::move(style)));
  CO_TRY_VOID(require(principal, Scope::read));
  SocketScope scope;
  scope.tenant = principal.tenant;
  scope.key = principal.key;
  scope.may_send = principal.scopes.allow(Scope::send);
  const auto conversation = http::query_value(request.query, "conversationId");
  const auto channel = http::query_value(request.query, "poolNumberId");
  if (conversation) {
    scope.conversation = ConversationId::parse(*conversation);
    if (!scope.conversation) co_return forbidden("The conversation is not yours");
    CO_TRY_VOID(co_await check_conversation(services, scope.tenant, *scope.conversation));
  } else if (channel) {
    scope.channel = ChannelId::parse(*channel);
    if (!scope.channel) co_return forbidden("There is no such number");
  }
  co_return scope;
}

http::WebSocketOptions socket_options() {
  http::WebSocketOptions options;
  options.message_limit = ws_frame_limit;
  options.queue_limit = 4u << 20;
  return options;
}

Task<void> serve(std::shared_ptr<const PipesServices> services, SocketScope scope, std::shared_ptr<http::WebSocket> socket) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto session = std::make_shared<SocketSession>(std::move(services), scope, std::move(socket), executor);
  co_await session->run();
}

}  // namespace

Task<http::Response> open_websocket(std::shared_ptr<const PipesServices> services, http::Request& request) {
  auto scope = co_await find_scope(*services, request);
  if (!scope) co_return error_response(scope.error());
  auto refused = http::refuse_upgrade(request);
  if (refused) co_return std::move(*refused);
  http::Upgrade upgrade;
  upgrade.options = socket_options();
  upgrade.session = [services = std::move(services), scope = *scope](std::shared_ptr<http::WebSocket> socket) {
    return serve(services, scope, std::move(socket));
  };
  co_return http::upgrade_response(std::move(upgrade));
}

}  // namespace wherry::api::pipes
