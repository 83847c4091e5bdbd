#include "services/sessions/linked_outgoing.h"

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "domain/vcard.h"

namespace wherry::linked {

namespace {
using namespace std::chrono_literals;

constexpr milliseconds a_character = 40ms, shortest_typing = 400ms, longest_typing = 3s, a_voice_message = 2s;
constexpr int too_many = 429, final_no = 400;

Error unsupported(const Content& content) {
  return {ErrorCode::invalid_argument, "type: a linked number cannot send \"" + std::string(kind_name(content)) + '"'};
}

Result<OutgoingContent> media_of(const MediaContent& content, const std::vector<OutboundFile>& files) {
  if (files.empty()) return Error{ErrorCode::internal, "the file is missing"};
  const auto& [media, path] = files.front();
  OutgoingMedia out;
  out.kind = content.kind;
  out.file = {std::filesystem::absolute(path).string(), media.sha256, media.size, media.mime_type};
  out.caption = content.caption;
  out.file_name = content.file_name.empty() && content.kind == MediaKind::document ? media.file_name : content.file_name;
  out.voice = content.voice;
  return OutgoingContent(std::move(out));
}

Contacts cards_of(const ContactsContent& content) {
  Contacts out;
  for (const auto& card : content.contacts) out.cards.push_back({card.name.formatted_name, write_vcard(card)});
  return out;
}

// Not what WhatsApp said about the message, but that the link is not up, or somebody is busy.
bool passes_by_itself(const SendRefused& refused) {
  switch (refused.reason) {
    case Refusal::not_running:
    case Refusal::not_paired:
    case Refusal::not_connected:
    case Refusal::busy:
    case Refusal::store: return true;
    default: return refused.may_retry;
  }
}

wherry::SendOutcome to_refused(SendRefused refused) {
  wherry::SendRefused out;
  out.error.code = refused.wa_code;
  out.error.title = refused.error.message;
  out.error.details = std::string(to_string(refused.reason));
  out.error.is_transient = passes_by_itself(refused);
  if (refused.reason == Refusal::rate) out.error.http_status = too_many;
  else if (out.error.code == 0 && !out.error.is_transient) out.error.http_status = final_no;  // not: nobody was reached
  out.retry_class = retry_class_of(out.error);
  out.reason = std::move(refused.error);
  return out;
}

}  // namespace

Result<OutgoingContent> outgoing_content(const Content& content, const std::vector<OutboundFile>& files) {
  if (const auto* text = std::get_if<TextContent>(&content)) return OutgoingContent(Text{text->body});
  if (const auto* media = std::get_if<MediaContent>(&content)) return media_of(*media, files);
  if (const auto* location = std::get_if<LocationContent>(&content)) return OutgoingContent(*location);
  if (const auto* contacts = std::get_if<ContactsContent>(&content)) return OutgoingContent(cards_of(*contacts));
  if (const auto* poll = std::get_if<PollContent>(&content)) return OutgoingContent(Poll{poll->name, poll->options, poll->selectable});
  return unsupported(content);
}

std::vector<Jid> mentions_of(const Content& content) {
  const auto* text = std::get_if<TextContent>(&content);
  const auto* media = std::get_if<MediaContent>(&content);
  std::vector<Jid> out;
  if (text == nullptr && media == nullptr) return out;
  for (const auto& one : text != nullptr ? text->mentions : media->mentions) {
    if (auto jid = Jid::parse(one)) out.push_back(std::move(*jid));
  }
  return out;
}

TypingFirst typing_before(const Content& content) {
  const auto* media = std::get_if<MediaContent>(&content);
  if (media != nullptr && media->voice) return {Typing::recording, a_voice_message};
  const auto length = static_cast<std::int64_t>(count_code_points(display_text(content)));
  return {Typing::composing, std::clamp(a_character * length, shortest_typing, longest_typing)};
}

SendOutcome refused_here(Error why) {
  SendRefused refused;
  refused.reason = why.code == ErrorCode::unavailable ? Refusal::store : Refusal::bad_request;
  refused.error = std::move(why);
  return refused;
}

wherry::SendOutcome to_outcome(SendOutcome outcome, std::string wamid) {
  if (auto* unknown = std::get_if<SendUnknown>(&outcome)) return wherry::SendUnknown{std::move(unknown->detail)};
  if (std::holds_alternative<SendAccepted>(outcome)) return wherry::SendAccepted{std::move(wamid), std::nullopt};
  auto& refused = std::get<SendRefused>(outcome);
  // An earlier try under this id is not over: nobody knows what becomes of it.
  if (refused.reason == Refusal::conflict) return wherry::SendUnknown{"an earlier try is still under way"};
  return to_refused(std::move(refused));
}

}  // namespace wherry::linked
