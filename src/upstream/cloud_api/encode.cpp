#include "upstream/cloud_api/encode.h"

#include <variant>

#include "base/bytes.h"
#include "base/overloaded.h"
#include "domain/meta_media.h"

namespace wherry::cloud_api {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += hex_digits[c >> 4];
      out += hex_digits[c & 15];
  }
}

/// The length of the well-formed sequence that begins at `at`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return 0;
  return is_clean_utf8(text.substr(at, length)) ? length : 0;
}

bool is_plain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\' && c < 0x80; }

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

void append_text(std::string& out, const TextContent& text) {
  out += R"("type":"text","text":{"body":)";
  append_json_string(out, text.body);
  if (text.preview_url) out += R"(,"preview_url":true)";
  out += '}';
}

void append_media(std::string& out, const MediaContent& media, UploadedFiles uploaded) {
  static const UploadedFile none;
  const auto* found = find_uploaded(uploaded, media.media);
  const auto& there = found != nullptr ? *found : none;
  const auto kind = to_string(media.kind);
  out += "\"type\":\"";
  out += kind;
  out += "\",\"";
  out += kind;
  out += "\":{\"id\":";
  append_json_string(out, there.remote_id);
  const bool may_have_caption = media.kind != MediaKind::audio && media.kind != MediaKind::sticker;
  if (may_have_caption && !media.caption.empty()) append_member(out, "caption", media.caption);
  if (media.kind == MediaKind::document) {
    const auto& name = media.file_name.empty() ? there.file_name : media.file_name;
    if (!name.empty()) append_member(out, "filename", name);
  }
  if (media.voice) out += R"(,"voice":true)";
  out += '}';
}

void append_object(std::string& out, std::string_view type, const json::value& object) {
  out += "\"type\":\"";
  out += type;
  out += "\",\"";
  out += type;
  out += "\":";
  out += json::serialize(object);
}

void append_reaction(std::string& out, const ReactionContent& reaction) {
  out += R"("type":"reaction","reaction":{"message_id":)";
  append_json_string(out, reaction.message_id);
  append_member(out, "emoji", reaction.emoji);
  out += '}';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    auto end = at;
    while (end < text.size() && is_plain(static_cast<unsigned char>(text[end]))) ++end;
    out.append(text.substr(at, end - at));
    if (end == text.size()) break;
    at = end;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_escape(out, static_cast<unsigned char>(text[at++]));
      continue;
    }
    const auto length = sequence_length(text, at);
    out.append(length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(at, length));
    at += length == 0 ? 1 : length;
  }
  out += '"';
}

Result<std::string> encode_message(const Message& message, const ContactIdentity& to, UploadedFiles uploaded) {
  const auto* text = std::get_if<TextContent>(&message.content);
  std::string out;
  out.reserve(320 + (text != nullptr ? text->body.size() + text->body.size() / 8 : 1024));
  out += R"({"messaging_product":"whatsapp","recipient_type":"individual",)";
  if (to.wa_id) {
    out += R"("to":"+)";
    out += to.wa_id->digits;
    out += "\",";
  } else if (to.bsuid && !to.bsuid->empty()) {
    out += R"("recipient":)";
    append_json_string(out, *to.bsuid);
    out += ',';
  } else {
    return Error{ErrorCode::invalid_argument, "the contact has neither a phone number nor a user id"};
  }
  if (!message.reply_to.empty()) {
    out += R"("context":{"message_id":)";
    append_json_string(out, message.reply_to);
    out += "},";
  }
  if (std::holds_alternative<PollContent>(message.content) || std::holds_alternative<ForwardContent>(message.content)) {
    return Error{ErrorCode::invalid_argument, "the Cloud API has no such message", "let through by check_content"};
  }
  // Texts and media are the most, and are written without a tree.
  std::visit(Overloaded{[&](const TextContent& content) { append_text(out, content); },
                        [&](const ReactionContent& content) { append_reaction(out, content); },
                        [&](const MediaContent& content) { append_media(out, content, uploaded); },
                        [&](const LocationContent& content) { append_object(out, "location", meta_object(content)); },
                        [&](const ContactsContent& content) { append_object(out, "contacts", meta_array(content)); },
                        [&](const InteractiveContent& content) { append_object(out, "interactive", meta_object(content, uploaded)); },
                        [&](const TemplateContent& content) { append_object(out, "template", meta_object(content, uploaded)); },
                        [](const PollContent&) {}, [](const ForwardContent&) {}},
             message.content);
  append_member(out, "biz_opaque_callback_data", message.id.text());
  out += '}';
  return out;
}

}  // namespace wherry::cloud_api
