#include "api/pipes/wire.h"

#include "base/json.h"
#include "domain/content.h"
#include "net/headers.h"

namespace wherry::api::pipes {

namespace {

constexpr std::size_t most_text_bytes = 4 * max_text_characters;
constexpr std::size_t most_id_bytes = 256;
constexpr std::size_t most_mime_bytes = 512;
constexpr std::size_t most_name_bytes = 4 * 1024;
constexpr std::size_t most_url_bytes = 8 * 1024;

Error invalid(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

// Body trouble is the caller's: too slow or broken is a bad request, whatever the reader calls it.
Error body_error(Error error) {
  if (error.code == ErrorCode::timeout) return {ErrorCode::invalid_argument, "The body did not arrive in time", std::move(error.detail)};
  return error;
}

Task<Result<void>> read_into(http::BodyReader& body, StreamedObject& object) {
  std::uint64_t total = 0;
  for (;;) {
    auto piece = co_await body.read();
    if (!piece) co_return body_error(std::move(piece).error());
    if (piece->empty()) break;
    total += piece->size();
    if (total > json_body_limit) co_return Error{ErrorCode::too_large, "The body is larger than 140 MB"};
    CO_TRY_VOID(object.feed(*piece));
  }
  co_return object.finish();
}

bool longer_than(const StreamedObject& object, std::string_view name, std::size_t characters) {
  const auto& text = object.text(name);
  return object.was_cut(name) || (text && count_code_points(*text) > characters);
}

Result<void> check_base64_form(const StreamedObject& object) {
  if (!object.text("mimeType")) return invalid("'mimeType' is required with base64 data");
  if (object.was_cut("fileName")) return invalid("'fileName' is too long");
  return {};
}

Result<SendBody> check_send(const StreamedObject& object, std::unique_ptr<MediaValue> media) {
  SendBody send;
  const auto& conversation = object.text("conversationId");
  const auto& text = object.text("text");
  const auto& caption = object.text("caption");
  if (!conversation || conversation->empty()) return invalid("'conversationId' is required");
  const bool has_media = media->kind() != MediaValue::Kind::empty;
  if (!has_media && (!text || text->empty())) return invalid("One of 'text' and 'media' is required");
  if (longer_than(object, "text", max_text_characters)) return invalid("'text' is longer than 4096 characters");
  if (has_media) {
    if (caption ? longer_than(object, "caption", max_caption_characters) : longer_than(object, "text", max_caption_characters)) {
      return invalid("The caption is longer than 1024 characters");
    }
    send.caption = caption ? *caption : text.value_or("");
  }
  if (media->kind() == MediaValue::Kind::file) {
    TRY_VOID(check_base64_form(object));
  }
  send.conversation_id = *conversation;
  send.text = text.value_or("");
  send.mime_type = object.text("mimeType").value_or("");
  send.file_name = object.text("fileName").value_or("");
  send.media = std::move(media);
  return send;
}

}  // namespace

Task<Result<SendBody>> read_send(http::BodyReader& body, MediaService& media) {
  auto value = std::make_unique<MediaValue>(media, MediaValue::Accepts::anything);
  StreamedObject object({{"conversationId", most_id_bytes},
                         {"text", most_text_bytes},
                         {"caption", most_text_bytes},
                         {"mimeType", most_mime_bytes},
                         {"fileName", most_name_bytes}},
                        "media", *value);
  CO_TRY_VOID(co_await read_into(body, object));
  CO_TRY_VOID(value->finish());
  co_return check_send(object, std::move(value));
}

Task<Result<UploadBody>> read_upload(http::BodyReader& body, MediaService& media) {
  auto value = std::make_unique<MediaValue>(media, MediaValue::Accepts::base64_only);
  StreamedObject object({{"url", most_url_bytes}, {"mimeType", most_mime_bytes}, {"fileName", most_name_bytes}}, "data", *value);
  CO_TRY_VOID(co_await read_into(body, object));
  CO_TRY_VOID(value->finish());

  UploadBody upload;
  const auto& url = object.text("url");
  const bool has_data = object.has_streamed();
  if (url.has_value() == has_data) co_return invalid("Exactly one of 'url' and 'data' is required");
  if (url) {
    if (url->empty()) co_return invalid("'url' is empty");
    if (object.was_cut("url")) co_return Error{ErrorCode::url_blocked, "The URL is too long"};
  } else {
    CO_TRY_VOID(check_base64_form(object));
  }
  upload.url = url;
  upload.mime_type = object.text("mimeType").value_or("");
  upload.file_name = object.text("fileName").value_or("");
  upload.data = std::move(value);
  co_return upload;
}

Result<void> check_scheme(std::string_view url, bool allow_http) {
  const auto scheme = url.substr(0, url.find("://"));
  if (scheme.size() == url.size()) return Error{ErrorCode::url_blocked, "The URL must begin with https://"};
  if (http::equal_ignoring_case(scheme, "https") || (allow_http && http::equal_ignoring_case(scheme, "http"))) return {};
  return Error{ErrorCode::url_blocked, "The URL must begin with https://"};
}

std::string sent_json(std::string_view wamid, std::string_view conversation_id) {
  json::object body;
  body["success"] = true;
  body["messageId"] = wamid;
  body["conversationId"] = conversation_id;
  return json::serialize(body);
}

std::string uploaded_json(const MediaId& media) {
  json::object body;
  body["mediaId"] = media.text();
  return json::serialize(body);
}

}  // namespace wherry::api::pipes
