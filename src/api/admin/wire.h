#pragma once

#include "base/json.h"
#include "domain/message_template.h"
#include "net/message.h"
#include "services/ports/models.h"

namespace wherry::api::admin {

json::object render(const Tenant& tenant);
json::object render(const ApiKey& key);
json::array render(const RateLimits& limits);
json::object render(const Channel& channel);
json::object render(const Conversation& conversation);
json::object render(const Message& message);
json::object render(const JournalEvent& event);
json::object render(const MessageTemplate& known);

/// {"data":[…],"next_cursor":…}
json::object render_page(json::array items, std::optional<std::string> next_cursor);

/// Reads a JSON object body of at most 64 KiB. Errors: invalid_argument, too_large.
Task<Result<json::object>> read_object(http::Request& request);
Task<Result<json::object>> read_object(http::BodyReader& body);

/// Field readers: absent or null is nullopt; a wrong type is invalid_argument that names the field.
Result<std::optional<std::string>> text_field(const json::object& body, std::string_view name);
Result<std::optional<std::int64_t>> integer_field(const json::object& body, std::string_view name, std::int64_t least, std::int64_t most);
Result<std::optional<bool>> flag_field(const json::object& body, std::string_view name);
/// [{"requests","window_seconds"}]; empty: unlimited. Errors: invalid_argument.
Result<RateLimits> parse_limits(const json::value& value);
/// Refuses members that are not in `known`, so that a misspelt one is noticed.
Result<void> only_fields(const json::object& body, std::initializer_list<std::string_view> known);

}  // namespace wherry::api::admin
