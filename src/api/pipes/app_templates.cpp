#include <algorithm>
#include <charconv>

#include "api/pipes/app_wire.h"
#include "api/pipes/operations.h"

namespace wherry::api::pipes {

namespace {

constexpr std::uint32_t default_limit = 25, largest_limit = 100;

std::string parameter(const http::Request& request, std::string_view name) { return http::query_value(request.query, name).value_or(""); }

json::object template_object(const MessageTemplate& known) {
  json::object out{
      {"name", known.name}, {"status", known.status}, {"category", known.category}, {"language", known.language}, {"id", known.id}};
  out["components"] = known.components;
  if (!known.parameter_format.empty()) out["parameter_format"] = known.parameter_format;
  return out;
}

std::string cursor_of(const MessageTemplate& known) { return to_base64(as_bytes(known.id)); }

Result<std::uint32_t> read_limit(const http::Request& request) {
  const auto text = parameter(request, "limit");
  if (text.empty()) return default_limit;
  std::uint32_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit == 0) {
    return Error{ErrorCode::invalid_argument, "'limit' must be a positive number"};
  }
  return std::min(limit, largest_limit);
}

Result<TemplateFilter> read_filter(const http::Request& request) {
  TemplateFilter filter;
  filter.status = to_upper_ascii(parameter(request, "status"));
  filter.category = to_upper_ascii(parameter(request, "category"));
  filter.language = parameter(request, "language");
  filter.name = parameter(request, "name");
  TRY(filter.limit, read_limit(request));
  const auto after = from_base64(parameter(request, "after"));
  if (!after) return Error{ErrorCode::invalid_argument, "'after' is no cursor"};
  filter.after.assign(after->begin(), after->end());
  return filter;
}

/// The translations of the name in the path, or only that of ?language=; at least one. Errors: not_found.
Task<Result<std::vector<MessageTemplate>>> named(const PipesServices& services, ChannelPtr channel, const http::Request& request) {
  CO_TRY_VOID(co_await services.templates.ensure_known(channel));
  TemplateFilter filter;
  filter.name = request.param("name");
  filter.language = parameter(request, "language");
  CO_TRY(auto known, co_await services.templates.list(std::move(channel), std::move(filter)));
  if (known.empty()) co_return Error{ErrorCode::not_found, "Template not found"};
  const auto approved = std::find_if(known.begin(), known.end(), [](const MessageTemplate& one) { return one.status == "APPROVED"; });
  if (approved != known.end()) std::iter_swap(known.begin(), approved);
  co_return known;
}

/// The one translation a change is about. Errors: invalid_argument when there are several and none is named.
Result<MessageTemplate> only_one(std::vector<MessageTemplate> known) {
  if (known.size() > 1) return Error{ErrorCode::invalid_argument, "The template has several languages: name one in 'language'"};
  return std::move(known.front());
}

// WhatsApp's no to a definition is the caller's to mend; that of a message would be a failed send.
Error about_definition(Error error) {
  if (error.code == ErrorCode::rejected) error.code = ErrorCode::invalid_argument;
  return error;
}

http::Response done() { return http::json_response(200, R"({"success":true})"); }

}  // namespace

Task<Result<http::Response>> list_templates(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto channel, find_pool_number(services, caller.tenant, request.param("poolNumberId")));
  CO_TRY(auto filter, read_filter(request));
  CO_TRY_VOID(co_await services.templates.ensure_known(channel));
  CO_TRY(const auto known, co_await services.templates.list(channel, std::move(filter)));
  json::array data;
  for (const auto& one : known) data.push_back(template_object(one));
  json::object page{{"data", std::move(data)}};
  if (!known.empty()) {
    const json::object cursors{{"before", cursor_of(known.front())}, {"after", cursor_of(known.back())}};
    page["paging"] = json::object{{"cursors", cursors}};
  }
  co_return http::json_response(200, json::serialize(page));
}

Task<Result<http::Response>> get_template(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto channel, find_pool_number(services, caller.tenant, request.param("poolNumberId")));
  CO_TRY(const auto known, co_await named(services, std::move(channel), request));
  co_return http::json_response(200, json::serialize(template_object(known.front())));
}

Task<Result<http::Response>> create_template(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto channel, find_pool_number(services, caller.tenant, request.param("poolNumberId")));
  CO_TRY(auto definition, co_await read_app_body(*request.body));
  const auto made = co_await services.templates.create(std::move(channel), std::move(definition));
  if (!made) co_return about_definition(made.error());
  const json::object out{{"id", made->id}, {"status", made->status}, {"category", made->category}};
  co_return http::json_response(200, json::serialize(out));
}

Task<Result<http::Response>> edit_template(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto channel, find_pool_number(services, caller.tenant, request.param("poolNumberId")));
  CO_TRY(auto change, co_await read_app_body(*request.body));
  CO_TRY(auto translations, co_await named(services, channel, request));
  CO_TRY(auto known, only_one(std::move(translations)));
  const auto edited = co_await services.templates.edit(std::move(channel), std::move(known.id), std::move(change));
  if (!edited) co_return about_definition(edited.error());
  co_return done();
}

Task<Result<http::Response>> remove_template(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto channel, find_pool_number(services, caller.tenant, request.param("poolNumberId")));
  CO_TRY(auto known, co_await named(services, channel, request));
  auto id = parameter(request, "language").empty() ? std::string() : std::move(known.front().id);
  auto removed = co_await services.templates.remove(std::move(channel), std::move(known.front().name), std::move(id));
  if (!removed) co_return about_definition(std::move(removed).error());
  co_return done();
}

}  // namespace wherry::api::pipes
