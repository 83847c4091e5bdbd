#include "api/magpipe/errors.h"
#include "api/magpipe/send.h"
#include "api/magpipe/wire.h"
#include "domain/meta_shape.h"

namespace wherry::api::magpipe {

namespace {

constexpr std::string_view guidelines = "https://developers.facebook.com/docs/whatsapp/message-templates/guidelines";

// E.164: a plus, then 8 to 15 digits that do not begin with 0.
std::optional<WaId> e164_in(std::string_view text) {
  if (!text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || text.size() < 8 || text.size() > 15 || text.front() == '0') return std::nullopt;
  return WaId{std::string(text)};
}

http::Response missing_fields() {
  const json::object body{{"error", "agent_id, to, and template_name are required"}, {"docs", guidelines}};
  return http::json_response(400, json::serialize(body));
}

http::Response failed(const Error& error) {
  const json::object body{{"error", "Failed to send template"}, {"detail", message_detail(error)}, {"docs", guidelines}};
  return http::json_response(502, json::serialize(body));
}

// What WhatsApp would not understand is refused the way it refuses.
Result<Content> content_in(const json::value& body, std::string name) {
  TemplateContent content;
  content.name = std::move(name);
  content.language = text_in(body, "language").value_or("en_US");
  const auto* components = json::find_array(body.get_object(), "components");
  if (components != nullptr) {
    TRY(content.components, read_template_components(*components));
  }
  return Content(std::move(content));
}

}  // namespace

Task<Result<http::Response>> send_template(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_json(request));
  if (!body) co_return invalid_json();
  const auto agent_id = text_in(*body, "agent_id");
  const auto to = text_in(*body, "to");
  auto name = text_in(*body, "template_name");
  if (!agent_id || !to || !name) co_return missing_fields();
  const auto agent = uuid_in(agent_id);
  if (!agent) co_return error_response(400, "agent_id must be a valid UUID");
  const auto number = e164_in(*to);
  if (!number) co_return error_response(400, "to must be a valid E.164 phone number");
  auto metadata = metadata_in(*body);
  if (metadata.size() > longest_client_data) co_return metadata_too_large();
  const auto channel = services.channels.find_by_agent(caller.tenant, *agent);
  if (!channel) co_return error_response(404, "No active WhatsApp account found for this agent");

  auto content = content_in(*body, std::move(*name));
  if (!content) co_return failed(content.error());
  Recipient recipient{channel->id, *number};
  auto sent = co_await send_content(services, caller.tenant, std::move(recipient), std::move(*content), std::move(metadata));
  if (sent) {
    json::object answer{{"success", true}, {"message_id", sent->wamid.empty() ? json::value(nullptr) : json::value(sent->wamid)}};
    co_return http::json_response(200, json::serialize(answer));
  }
  if (sent.error().code == ErrorCode::not_found) co_return error_response(404, "No active WhatsApp account found for this agent");
  if (!is_upstream_failure(sent.error())) co_return std::move(sent).error();
  co_return failed(sent.error());
}

}  // namespace wherry::api::magpipe
