#include "upstream/cloud_api/template_calls.h"

#include "upstream/cloud_api/graph_answer.h"

namespace wherry::cloud_api {

namespace {

constexpr std::string_view wanted_fields = "id,name,language,status,category,quality_score,rejected_reason,parameter_format,components";

std::string text_of(const json::object& parent, std::string_view name) { return std::string(json::find_string(parent, name).value_or("")); }

// Management calls explain themselves in error_user_msg rather than in the message.
std::string reason_in(const http::ClientResponse& response, const UpstreamError& error) {
  const auto body = parse_object(response.body);
  const auto* envelope = body ? json::find_object(*body, "error") : nullptr;
  auto said = envelope != nullptr ? text_of(*envelope, "error_user_msg") : std::string();
  if (said.empty()) said = error.details;
  return said.empty() ? error.title : error.title.empty() ? said : error.title + ": " + said;
}

Error refused(const http::ClientResponse& response) {
  const auto error = error_of(response);
  auto reason = refusal(error, Step::send).reason;
  reason.message = reason_in(response, error);
  reason.peer_answer = answer_of(response);
  return reason;
}

std::optional<MessageTemplate> to_template(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  MessageTemplate known;
  known.id = text_of(*object, "id");
  known.name = text_of(*object, "name");
  known.language = text_of(*object, "language");
  if (known.id.empty() || known.name.empty() || known.language.empty()) return std::nullopt;
  known.status = text_of(*object, "status");
  known.category = text_of(*object, "category");
  known.parameter_format = text_of(*object, "parameter_format");
  known.rejected_reason = text_of(*object, "rejected_reason");
  if (const auto* quality = json::find_object(*object, "quality_score")) known.quality = text_of(*quality, "score");
  if (const auto* components = json::find_array(*object, "components")) known.components = *components;
  return known;
}

// The cursor of the next page; Graph gives cursors on the last page too, but a link only when there is more.
std::string next_in(const json::object& answer) {
  const auto* paging = json::find_object(answer, "paging");
  if (paging == nullptr || text_of(*paging, "next").empty()) return {};
  const auto* cursors = json::find_object(*paging, "cursors");
  return cursors != nullptr ? text_of(*cursors, "after") : std::string();
}

}  // namespace

Task<Result<json::object>> TemplateCalls::call(std::shared_ptr<const Channel> channel, http::Method method, std::string path,
                                               std::string body) {
  auto request = graph_request(*channel, method, path, timeouts_.lookup);
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = co_await ask_graph(client_, channel, std::move(request));
  if (!response) {
    const bool sure = method == http::Method::get || response.error().code == ErrorCode::upstream_unavailable;
    co_return Error{sure ? ErrorCode::upstream_unavailable : ErrorCode::outcome_unknown, "WhatsApp was not reached",
                    response.error().message};
  }
  if (response->status != 200) co_return refused(*response);
  auto answer = parse_object(response->body);
  if (!answer) co_return Error{ErrorCode::outcome_unknown, "WhatsApp's answer cannot be read"};
  co_return std::move(*answer);
}

Task<Result<TemplatePage>> TemplateCalls::list_templates(std::shared_ptr<const Channel> channel, std::string name, std::string after) {
  auto path = channel->waba_id + "/message_templates?fields=" + std::string(wanted_fields) + "&limit=" + std::to_string(page_size);
  if (!name.empty()) path += "&name=" + http::percent_encode(name);
  if (!after.empty()) path += "&after=" + http::percent_encode(after);
  std::string no_body;
  CO_TRY(auto answer, co_await call(std::move(channel), http::Method::get, std::move(path), std::move(no_body)));
  const auto* data = json::find_array(answer, "data");
  if (data == nullptr) co_return Error{ErrorCode::outcome_unknown, "WhatsApp's answer holds no list of templates"};
  TemplatePage page;
  for (const auto& value : *data) {
    if (auto known = to_template(value)) page.templates.push_back(std::move(*known));
  }
  page.next = next_in(answer);
  co_return page;
}

Task<Result<CreatedTemplate>> TemplateCalls::create_template(std::shared_ptr<const Channel> channel, json::object definition) {
  auto path = channel->waba_id + "/message_templates";
  auto body = json::serialize(definition);
  CO_TRY(auto answer, co_await call(std::move(channel), http::Method::post, std::move(path), std::move(body)));
  CreatedTemplate created{text_of(answer, "id"), text_of(answer, "status"), text_of(answer, "category")};
  if (created.id.empty()) co_return Error{ErrorCode::outcome_unknown, "WhatsApp's answer holds no id"};
  co_return created;
}

Task<Result<void>> TemplateCalls::edit_template(std::shared_ptr<const Channel> channel, std::string id, json::object change) {
  auto body = json::serialize(change);
  CO_TRY_VOID(co_await call(std::move(channel), http::Method::post, std::move(id), std::move(body)));
  co_return Result<void>();
}

Task<Result<void>> TemplateCalls::remove_template(std::shared_ptr<const Channel> channel, std::string name, std::string id) {
  auto path = channel->waba_id + "/message_templates?name=" + http::percent_encode(name);
  if (!id.empty()) path += "&hsm_id=" + http::percent_encode(id);
  std::string no_body;
  CO_TRY_VOID(co_await call(std::move(channel), http::Method::delete_, std::move(path), std::move(no_body)));
  co_return Result<void>();
}

}  // namespace wherry::cloud_api
