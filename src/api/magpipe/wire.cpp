#include "api/magpipe/wire.h"

#include "api/magpipe/errors.h"

namespace wherry::api::magpipe {

namespace {

constexpr std::uint64_t body_limit = 256 * 1024;

const json::value* member_of(const json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  return object == nullptr ? nullptr : json::find(*object, name);
}

}  // namespace

Task<Result<std::optional<json::value>>> read_json(http::Request& request) {
  CO_TRY(auto text, co_await http::read_all(*request.body, body_limit));
  auto parsed = json::parse(text);
  if (!parsed) co_return std::optional<json::value>();
  co_return std::optional<json::value>(std::move(*parsed));
}

http::Response invalid_json() { return error_response(400, "Invalid JSON"); }

std::optional<std::string> text_in(const json::value& body, std::string_view name) {
  const auto* member = member_of(body, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  const std::string_view text = member->get_string();
  if (text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> id_in(const json::value& body, std::string_view name) {
  const auto* member = member_of(body, name);
  if (member != nullptr && member->is_int64() && member->get_int64() > 0) return std::to_string(member->get_int64());
  if (member != nullptr && member->is_uint64()) return std::to_string(member->get_uint64());
  return text_in(body, name);
}

std::string metadata_in(const json::value& body) {
  const auto* member = member_of(body, "metadata");
  return member != nullptr && member->is_object() ? json::serialize(*member) : std::string();
}

http::Response metadata_too_large() { return error_response(400, "metadata must be at most 16 KB"); }

std::string address_of(const ContactIdentity& who) { return who.wa_id ? who.wa_id->digits : who.bsuid.value_or(""); }

std::string content_text(std::string_view type, std::string_view text) {
  if (!text.empty() || type == "text") return std::string(text);
  return "[" + std::string(type) + "]";
}

std::optional<RawId> uuid_in(const std::optional<std::string>& text) { return text ? from_uuid(*text) : std::nullopt; }

}  // namespace wherry::api::magpipe
