#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

Result<std::optional<MessageState>> state_parameter(const http::Request& request) {
  const auto text = http::query_value(request.query, "state");
  if (!text) return std::optional<MessageState>();
  const auto state = message_state_from(*text);
  if (!state) return Error{ErrorCode::invalid_argument, "state must be a message's state, e.g. uncertain"};
  return std::optional<MessageState>(*state);
}

Result<MessageFilter> parse_filter(const http::Request& request) {
  MessageFilter filter;
  TRY(filter.tenant, tenant_parameter(request));
  TRY(filter.channel, id_parameter<ChannelId>(request, "channel_id", "a channel's id (pool_…)"));
  TRY(filter.conversation, id_parameter<ConversationId>(request, "conversation_id", "a conversation's id (conv_…)"));
  TRY(filter.state, state_parameter(request));
  TRY(filter.since, time_parameter(request, "since"));
  TRY(filter.until, time_parameter(request, "until"));
  TRY(filter.before, id_parameter<MessageId>(request, "cursor", "a next_cursor given before"));
  TRY(filter.limit, limit_parameter(request));
  return filter;
}

}  // namespace

/// GET /admin/v1/messages?tenant_id=&channel_id=&conversation_id=&state=&since=&until=&limit=&cursor=
/// Outbound messages, newest first. A page may have fewer than `limit` and yet a next_cursor: a call looks at 5000 rows at most.
Task<Result<http::Response>> list_messages(AdminServices& services, http::Request& request) {
  CO_TRY(auto filter, parse_filter(request));
  CO_TRY(auto page, co_await services.reports.list_messages(std::move(filter)));
  json::array items;
  for (const auto& message : page.messages) items.push_back(render(message));
  std::optional<std::string> next;
  if (page.next) next = page.next->text();
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::move(next))));
}

Task<Result<std::optional<Message>>> find_outbound(AdminServices& services, std::string id_or_wamid) {
  if (auto id = MessageId::parse(id_or_wamid)) {
    co_return co_await services.messages.find_message(*id);
  }
  if (!id_or_wamid.starts_with("wamid.")) co_return std::optional<Message>();
  co_return co_await services.messages.find_message_by_wamid(std::move(id_or_wamid));
}

/// GET /admin/v1/messages/{id}   By our id (msg_…) or WhatsApp's (wamid.…).
Task<Result<http::Response>> get_message(AdminServices& services, http::Request& request) {
  std::string text(request.param("id"));
  CO_TRY(auto message, co_await find_outbound(services, std::move(text)));
  if (!message) co_return Error{ErrorCode::not_found, "no such message"};
  co_return http::json_response(200, json::serialize(render(*message)));
}

}  // namespace wherry::api::admin
