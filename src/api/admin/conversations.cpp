#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

/// GET /admin/v1/conversations?contact=DIGITS&tenant_id=&limit=&cursor=   Newest first.
Task<Result<http::Response>> list_conversations(AdminServices& services, http::Request& request) {
  MessageStore::ConversationFilter filter;
  if (auto contact = http::query_value(request.query, "contact")) {
    auto number = parse_wa_id(*contact);
    if (!number) co_return Error{ErrorCode::invalid_argument, "contact must be a phone number with its country code"};
    filter.contact_key = contact_key(*number);
  }
  CO_TRY(filter.tenant, tenant_parameter(request));
  CO_TRY(filter.after, id_parameter<ConversationId>(request, "cursor", "a next_cursor given before"));
  CO_TRY(filter.limit, limit_parameter(request));
  const auto limit = filter.limit;
  CO_TRY(auto conversations, co_await services.messages.list_conversations(std::move(filter)));
  json::array items;
  for (const auto& conversation : conversations) items.push_back(render(conversation));
  std::optional<std::string> next;
  if (conversations.size() == limit) next = conversations.back().id.text();
  co_return http::json_response(200, json::serialize(render_page(std::move(items), std::move(next))));
}

}  // namespace wherry::api::admin
