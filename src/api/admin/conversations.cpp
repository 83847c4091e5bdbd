#include <charconv>

#include "api/admin/operations.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {
constexpr std::uint32_t default_page = 50;
constexpr std::uint32_t largest_page = 500;

Result<std::uint32_t> parse_limit(const std::optional<std::string>& text) {
  if (!text) return default_page;
  std::uint32_t limit = 0;
  auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failure != std::errc() || end != text->data() + text->size() || limit == 0 || limit > largest_page) {
    return Error{ErrorCode::invalid_argument, "limit is 1 to 500"};
  }
  return limit;
}
}  // namespace

/// GET /admin/v1/conversations?contact=DIGITS&tenant_id=&limit=&cursor=   Newest first.
Task<Result<http::Response>> list_conversations(AdminServices& services, http::Request& request) {
  MessageStore::ConversationFilter filter;
  if (auto contact = http::query_value(request.query, "contact")) {
    auto number = parse_wa_id(*contact);
    if (!number) co_return Error{ErrorCode::invalid_argument, "contact must be a phone number with its country code"};
    filter.contact_key = contact_key(*number);
  }
  if (auto tenant = http::query_value(request.query, "tenant_id")) {
    filter.tenant = TenantId::parse(*tenant);
    if (!filter.tenant) co_return Error{ErrorCode::invalid_argument, "tenant_id must be a tenant's id (ten_…)"};
  }
  if (auto cursor = http::query_value(request.query, "cursor")) {
    filter.after = ConversationId::parse(*cursor);
    if (!filter.after) co_return Error{ErrorCode::invalid_argument, "cursor must be a next_cursor given before"};
  }
  CO_TRY(filter.limit, parse_limit(http::query_value(request.query, "limit")));
  const auto limit = filter.limit;
  CO_TRY(auto conversations, co_await services.messages.list_conversations(std::move(filter)));
  json::array items;
  for (const auto& conversation : conversations) items.push_back(render(conversation));
  std::optional<std::string> next;
  if (conversations.size() == limit) next = conversations.back().id.text();
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::move(next))));
}

/// GET /admin/v1/messages/{id}   By our id (msg_…) or WhatsApp's (wamid.…).
Task<Result<http::Response>> get_message(AdminServices& services, http::Request& request) {
  const std::string text(request.param("id"));
  std::optional<Message> message;
  if (auto id = MessageId::parse(text)) {
    CO_TRY(message, co_await services.messages.find_message(*id));
  } else if (text.starts_with("wamid.")) {
    CO_TRY(message, co_await services.messages.find_message_by_wamid(text));
  }
  if (!message) co_return Error{ErrorCode::not_found, "no such message"};
  co_return http::json_response(200, json::serialize(render(*message)));
}

}  // namespace wherry::api::admin
