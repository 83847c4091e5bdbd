#include "api/admin/operations.h"
#include "api/admin/query.h"
#include "api/admin/wire.h"

namespace wherry::api::admin {

namespace {

std::string parameter(const http::Request& request, std::string_view name) { return http::query_value(request.query, name).value_or(""); }

http::Response template_response(int status, const MessageTemplate& known) {
  return http::json_response(status, json::serialize(render(known)));
}

}  // namespace

/// GET /admin/v1/channels/{id}/templates?name=&language=&status=&category=&limit=&cursor=   What is known, by id.
Task<Result<http::Response>> list_templates(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  TemplateFilter filter;
  filter.name = parameter(request, "name");
  filter.language = parameter(request, "language");
  filter.status = parameter(request, "status");
  filter.category = parameter(request, "category");
  filter.after = parameter(request, "cursor");
  CO_TRY(filter.limit, limit_parameter(request));
  const auto limit = filter.limit;
  CO_TRY(auto known, co_await services.templates.list(channel, std::move(filter)));
  CO_TRY(const auto synced_at, co_await services.templates.synced_at(channel));
  json::array items;
  for (const auto& one : known) items.push_back(render(one));
  std::optional<std::string> next;
  if (known.size() == limit) next = known.back().id;
  auto page = render_page(std::move(items), std::move(next));
  page["synced_at"] = synced_at ? json::value(to_iso8601(*synced_at)) : json::value(nullptr);
  co_return http::json_response(200, json::serialize(page));
}

/// POST /admin/v1/channels/{id}/templates   Takes Meta's own object: name, category, language, components …
/// Gives:  201 with the template as WhatsApp took it, mostly PENDING.
/// Errors: rejected -> 502 with WhatsApp's reason.
Task<Result<http::Response>> create_template(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  CO_TRY(auto definition, co_await read_object(request));
  CO_TRY(const auto made, co_await services.templates.create(std::move(channel), std::move(definition)));
  co_return template_response(201, made);
}

/// POST /admin/v1/channels/{id}/sync-templates   Reads the account's whole list from WhatsApp, now.
/// Gives:  how many there are, changed and went.
/// Errors: conflict -> 409: it is being read already.
Task<Result<http::Response>> sync_templates(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  CO_TRY(const auto report, co_await services.templates.sync(std::move(channel)));
  json::object out{{"templates", report.templates}, {"changed", report.changed}, {"removed", report.removed}};
  out["synced_at"] = to_iso8601(report.at);
  co_return http::json_response(200, json::serialize(out));
}

/// GET /admin/v1/channels/{id}/templates/{template}   By WhatsApp's id of the template.
Task<Result<http::Response>> get_template(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  std::string id(request.param("template"));
  CO_TRY(const auto known, co_await services.templates.find_by_id(std::move(channel), std::move(id)));
  co_return template_response(200, known);
}

/// PATCH /admin/v1/channels/{id}/templates/{template}   Takes Meta's own object: category, components, message_send_ttl_seconds.
/// Gives:  200 with the template as it stands now, mostly PENDING.
Task<Result<http::Response>> edit_template(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  CO_TRY(auto change, co_await read_object(request));
  std::string id(request.param("template"));
  CO_TRY(const auto known, co_await services.templates.edit(std::move(channel), std::move(id), std::move(change)));
  co_return template_response(200, known);
}

/// DELETE /admin/v1/channels/{id}/templates/{template}   This one translation.
Task<Result<http::Response>> remove_template(AdminServices& services, http::Request& request) {
  CO_TRY(auto channel, find_channel(services, request));
  std::string id(request.param("template"));
  CO_TRY(auto known, co_await services.templates.find_by_id(channel, id));
  CO_TRY_VOID(co_await services.templates.remove(std::move(channel), std::move(known.name), std::move(id)));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace wherry::api::admin
