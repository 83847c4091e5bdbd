#include <algorithm>

#include "api/pepipost/errors.h"
#include "api/pepipost/guard.h"
#include "api/pepipost/webhook_format.h"
#include "api/pepipost/wire.h"
#include "domain/service_window.h"
#include "services/media/media_content.h"

namespace wherry::api::pepipost {

namespace {

// A file that is not there is bad media here, whoever's it is.
Refusal about_file(const Error& error) {
  if (error.code == ErrorCode::not_found || error.code == ErrorCode::permission_denied) return refused(Code::bad_media);
  return refusal_of(error);
}

Answer<ChannelPtr> channel_of(const PepipostServices& services, TenantId tenant, const std::optional<std::string>& source) {
  if (source) {
    const auto id = from_uuid(*source);
    auto channel = id ? services.sources.find(tenant, *id) : nullptr;
    if (!channel) return refused(Code::unknown_client);
    return channel;
  }
  auto only = services.sources.only_channel(tenant);
  if (!only) return invalid("source is required.");
  return only;
}

bool is_template(const OutgoingMessage& message) {
  const auto* content = std::get_if<Content>(&message.what);
  return content != nullptr && std::holds_alternative<TemplateContent>(*content);
}

// Outside the window only a template may be sent, and only to somebody who has opted in.
Task<Answer<void>> check_window(const PepipostServices& services, const Channel& channel, const OutgoingMessage& message,
                                const std::optional<Conversation>& conversation) {
  if (conversation && window_open(conversation->last_inbound_at, services.clock.now())) co_return Answer<void>();
  if (!is_template(message)) co_return refused(Code::window_closed);
  auto opted_in = co_await services.consents.is_opted_in(channel.tenant, message.recipient);
  if (!opted_in) co_return refusal_of(opted_in.error());
  if (!*opted_in) co_return refused(Code::not_opted_in);
  co_return Answer<void>();
}

Task<Result<Media>> fetch(const PepipostServices& services, TenantId tenant, const LinkedAttachment& link) {
  if (!services.allow_http_media && !link.url.starts_with("https://")) {
    co_return Error{ErrorCode::url_blocked, "attachment_url must begin with https://"};
  }
  co_return co_await services.media.fetch(tenant, link.url);
}

Task<Answer<Content>> content_of(const PepipostServices& services, TenantId tenant, LinkedAttachment link) {
  auto media = co_await fetch(services, tenant, link);
  if (!media) co_return about_file(media.error());
  // Anything may be sent as a document.
  if (link.kind != MediaKind::document && link.kind != media_kind_for(media->mime_type)) {
    co_return Refusal{Code::bad_media, "attachment_url does not lead to a file of type " + std::string(to_string(link.kind))};
  }
  co_return Content(wherry::media_content(*media, std::move(link.caption), link.kind));
}

Task<Answer<Content>> content_of(const PepipostServices& services, TenantId tenant, StoredAttachment stored) {
  const auto raw = from_uuid(stored.id);
  if (!raw) co_return refused(Code::bad_media);
  const MediaId id{*raw};
  auto media = co_await services.media.find(tenant, id);
  if (!media) co_return about_file(media.error());
  co_return Content(wherry::media_content(*media, std::move(stored.caption)));
}

Task<Answer<Content>> content_of(const PepipostServices& services, TenantId tenant, Content content) {
  if (const auto file = file_of(content)) {
    auto media = co_await services.media.find(tenant, *file);
    if (!media) co_return about_file(media.error());
  }
  co_return content;
}

Task<Answer<Content>> resolve(const PepipostServices& services, TenantId tenant, OutgoingMessage& message) {
  if (auto* link = std::get_if<LinkedAttachment>(&message.what)) co_return co_await content_of(services, tenant, std::move(*link));
  if (auto* stored = std::get_if<StoredAttachment>(&message.what)) co_return co_await content_of(services, tenant, std::move(*stored));
  co_return co_await content_of(services, tenant, std::get<Content>(std::move(message.what)));
}

bool has_buttons(const TemplateContent& message) {
  return std::any_of(message.components.begin(), message.components.end(), [](const auto& one) { return one.type == "button"; });
}

Task<Answer<void>> fit_to_template(const PepipostServices& services, const ChannelPtr& channel, Content& content) {
  auto* message = std::get_if<TemplateContent>(&content);
  if (message == nullptr || !has_buttons(*message)) co_return Answer<void>();
  auto known = co_await services.templates.find(channel, message->name, message->language);
  if (!known) co_return refusal_of(known.error());
  if (*known) fit_buttons(*message, **known);
  co_return Answer<void>();
}

bool may_be_late(const PepipostServices& services, const Refusal& refusal) {
  return services.late_refusals && (refusal.code == Code::not_opted_in || refusal.code == Code::window_closed);
}

Task<Answer<http::Response>> take(const PepipostServices& services, http::Request& request, Principal caller, Priority priority) {
  CO_TRY(const auto body, co_await read_json(request));
  CO_TRY(auto message, parse_message(body));
  CO_TRY(const auto channel, channel_of(services, caller.tenant, message.source));
  auto known = co_await services.conversations.find_with(caller.tenant, channel->id, message.recipient);
  if (!known) co_return refusal_of(known.error());
  const auto may_go = co_await check_window(services, *channel, message, *known);
  if (!may_go && !may_be_late(services, may_go.error())) co_return may_go.error();

  SendRequest wanted;
  wanted.tenant = caller.tenant;
  wanted.priority = priority;
  if (message.time_to_live) wanted.time_to_live = *message.time_to_live;
  wanted.client_data = client_data_of(message.source.value_or(""), message.api_header);
  CO_TRY(wanted.content, co_await resolve(services, caller.tenant, message));
  CO_TRY_VOID(co_await fit_to_template(services, channel, wanted.content));
  if (*known) {
    wanted.conversation = (*known)->id;
  } else {
    wanted.to = Recipient{channel->id, message.recipient};
  }
  Result<Message> taken = Message();
  if (may_go) {
    taken = co_await services.outbox.submit(std::move(wanted));
  } else {
    taken = co_await services.outbox.submit_refused(std::move(wanted), upstream_error_of(may_go.error().code));
  }
  if (!taken) co_return refusal_of(taken.error());
  co_return success({{"message", "Request received successfully."}, {"data", json::object{{"id", to_uuid(taken->id.raw)}}}});
}

}  // namespace

Task<Answer<http::Response>> send_message(const PepipostServices& services, http::Request& request, Principal caller) {
  co_return co_await take(services, request, caller, Priority::interactive);
}

Task<Answer<http::Response>> send_in_bulk(const PepipostServices& services, http::Request& request, Principal caller) {
  co_return co_await take(services, request, caller, Priority::bulk);
}

}  // namespace wherry::api::pepipost
