#include <algorithm>

#include "api/magpipe/errors.h"
#include "api/magpipe/operations.h"
#include "api/magpipe/wire.h"

namespace wherry::api::magpipe {

namespace {

using Direction = HistoryItem::Direction;

constexpr std::int64_t default_limit = 50, largest_limit = 100, largest_offset = 1'000'000'000;

std::string_view status_of(const HistoryItem& item) {
  if (item.direction == Direction::inbound) return "delivered";
  if (item.by_phone) return "sent";
  switch (item.state) {
    case MessageState::accepted:
    case MessageState::sending:
    case MessageState::uncertain: return "queued";
    case MessageState::sent: return "sent";
    case MessageState::delivered: return "delivered";
    case MessageState::read:
    case MessageState::played: return "read";
    case MessageState::failed: return item.wamid.empty() ? "failed" : "undelivered";
    case MessageState::cancelled: return "failed";
  }
  return "queued";
}

// What was written, in words: of a template the text of its body as WhatsApp knows it.
Task<Result<std::string>> words_of(const MagpipeServices& services, const HistoryItem& item) {
  if (item.direction == Direction::inbound || item.by_phone) co_return content_text(item.type, item.text);
  const auto* message = std::get_if<TemplateContent>(&item.content);
  auto channel = message != nullptr ? services.channels.find(item.channel) : nullptr;
  if (!channel) co_return display_text(item.content);
  CO_TRY(const auto known, co_await services.templates.find(std::move(channel), message->name, message->language));
  auto words = known ? template_body(*known) : std::string();
  co_return words.empty() ? display_text(item.content) : std::move(words);
}

json::object message_object(const MagpipeServices& services, const HistoryItem& item, std::string words) {
  const auto channel = services.channels.find(item.channel);
  const auto ours = channel ? channel->phone_number_id : std::string();
  const auto theirs = address_of(item.contact);
  const bool inbound = item.direction == Direction::inbound;
  json::object out;
  out["id"] = "msg_" + to_uuid(item.id.raw);
  out["thread_id"] = to_uuid(item.conversation.raw);
  out["from_number"] = inbound ? theirs : ours;
  out["to_number"] = inbound ? ours : theirs;
  out["body"] = std::move(words);
  out["direction"] = inbound ? "inbound" : "outbound";
  out["status"] = status_of(item);
  out["is_ai_generated"] = false;
  out["created_at"] = to_iso8601(item.at);
  return out;
}

std::int64_t whole_number(const json::value& body, std::string_view name, std::int64_t otherwise) {
  const auto* object = body.if_object();
  const auto* member = object == nullptr ? nullptr : json::find(*object, name);
  return member != nullptr && member->is_int64() ? member->get_int64() : otherwise;
}

// The number on either side, with or without its plus: one of ours by id or by number, or a customer's.
HistoryFilter::Party party_of(const MagpipeServices& services, TenantId tenant, const std::string& number) {
  HistoryFilter::Party party;
  const auto wa_id = parse_wa_id(number);
  for (const auto& channel : services.channels.of(tenant)) {
    if (channel->phone_number_id == number || (wa_id && channel->display_number == wa_id->digits)) party.channel = channel->id;
  }
  if (wa_id) party.contact_key = contact_key(*wa_id);
  return party;
}

// nullopt: nothing can match.
std::optional<HistoryFilter> filter_in(const MagpipeServices& services, TenantId tenant, const json::value& body) {
  HistoryFilter filter;
  filter.tenant = tenant;
  filter.limit = static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole_number(body, "limit", default_limit), 1, largest_limit));
  filter.offset = static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole_number(body, "offset", 0), 0, largest_offset));
  if (const auto direction = text_in(body, "direction")) {
    if (*direction != "inbound" && *direction != "outbound") return std::nullopt;
    filter.direction = *direction == "inbound" ? Direction::inbound : Direction::outbound;
  }
  if (const auto thread = text_in(body, "thread_id")) {
    const auto id = from_uuid(*thread);
    if (!id) return std::nullopt;
    filter.conversation = ConversationId{*id};
  }
  if (const auto number = text_in(body, "phone_number")) filter.party = party_of(services, tenant, *number);
  return filter;
}

Result<std::optional<Timestamp>> date_in(const json::value& body, std::string_view name) {
  const auto text = text_in(body, name);
  if (!text) return std::optional<Timestamp>();
  const auto at = from_iso8601(*text);
  if (!at) return Error{ErrorCode::invalid_argument, std::string(name) + " must be an ISO 8601 date"};
  return at;
}

std::optional<MessageId> message_id_in(std::string_view text) {
  if (const auto ours = MessageId::parse(text)) return ours;
  if (text.starts_with("msg_")) text.remove_prefix(4);
  const auto raw = from_uuid(text);
  return raw ? std::optional(MessageId{*raw}) : std::nullopt;
}

Task<Result<std::optional<HistoryItem>>> find(const MagpipeServices& services, TenantId tenant, std::string id) {
  const auto ours = message_id_in(id);
  if (ours) co_return co_await services.history.find(tenant, *ours);
  co_return co_await services.history.find_sent(tenant, std::move(id));
}

// A link that works for some minutes, without a key; none while the file is not there.
Task<Result<json::array>> media_urls(const MagpipeServices& services, TenantId tenant, const HistoryItem& item) {
  json::array urls;
  if (!item.media) co_return urls;
  auto media = co_await services.media.find(tenant, *item.media);
  if (media) urls.emplace_back(services.public_url + services.media.signed_link(*media));
  if (!media && media.error().code == ErrorCode::unavailable) co_return media.error();
  co_return urls;
}

}  // namespace

Task<Result<http::Response>> list_messages(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto parsed, co_await read_json(request));
  const auto body = parsed && parsed->is_object() ? std::move(*parsed) : json::value(json::object());
  auto filter = filter_in(services, caller.tenant, body);
  const auto since = date_in(body, "from_date");
  const auto until = date_in(body, "to_date");
  if (!since || !until) co_return coded_error(400, "invalid_param", (since ? until : since).error().message);
  HistoryPage page;
  if (filter) {
    filter->since = *since;
    filter->until = *until;
    CO_TRY(page, co_await services.history.list(*filter));
  }
  json::array messages;
  for (const auto& item : page.items) {
    CO_TRY(auto words, co_await words_of(services, item));
    messages.push_back(message_object(services, item, std::move(words)));
  }
  json::object answer;
  answer["messages"] = std::move(messages);
  answer["total"] = page.total;
  answer["has_more"] = filter && page.total > std::uint64_t{filter->offset} + filter->limit;
  co_return http::json_response(200, json::serialize(answer));
}

Task<Result<http::Response>> get_message(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto parsed, co_await read_json(request));
  auto id = text_in(parsed.value_or(json::value()), "message_id");
  if (!id) co_return coded_error(400, "missing_param", "message_id is required");
  CO_TRY(auto item, co_await find(services, caller.tenant, std::move(*id)));
  if (!item) co_return coded_error(404, "not_found", "Message not found");
  CO_TRY(auto urls, co_await media_urls(services, caller.tenant, *item));
  CO_TRY(auto words, co_await words_of(services, *item));
  auto answer = message_object(services, *item, std::move(words));
  answer["media_urls"] = std::move(urls);
  answer["segments"] = 1;
  const auto& error = item->error;
  answer["error_code"] = error ? json::value(error->code) : json::value(nullptr);
  answer["error_message"] = error ? json::value(error->details.empty() ? error->title : error->details) : json::value(nullptr);
  co_return http::json_response(200, json::serialize(answer));
}

}  // namespace wherry::api::magpipe
