#include "api/pipes/app_wire.h"

#include "domain/meta_shape.h"
#include "domain/object_reader.h"

namespace wherry::api::pipes {

namespace {

using Presence = ObjectReader::Presence;

constexpr std::uint64_t body_limit = 256 * 1024;

std::optional<MediaKind> media_kind_of(std::string_view type) {
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    if (type == to_string(kind)) return kind;
  }
  return std::nullopt;
}

NamedFile read_file(const ObjectReader& in, MediaKind kind) {
  NamedFile file{kind, in.text("id"), in.text("link"), in.text("caption"), {}, in.flag("voice")};
  if (kind == MediaKind::document) file.file_name = in.text("filename");
  if (file.id.empty() == file.link.empty()) in.refuse("id", "or link is required, one of the two");
  return file;
}

template <class T>
Result<MetaMessage> whole(Result<T> content) {
  if (!content) return content.error();
  return MetaMessage{Content(std::move(*content)), {}};
}

// The kinds that read_meta_shape has a reader for.
Result<MetaMessage> read_shaped(std::string_view type, const json::value& value) {
  if (type == "contacts") {
    if (!value.is_array()) return Error{ErrorCode::invalid_argument, "contacts must be an array"};
    return whole(read_contacts(value.get_array()));
  }
  const auto& object = value.get_object();
  if (type == "location") return whole(read_location(object));
  if (type == "interactive") return whole(read_interactive(object));
  return whole(read_template(object));
}

Result<MetaMessage> read_content(const std::string& type, const ObjectReader& body) {
  const auto* value = json::find(body.raw(), type);
  if (value == nullptr) return Error{ErrorCode::invalid_argument, "'" + type + "' is required for type '" + type + "'"};
  if (type == "contacts") return read_shaped(type, *value);
  const auto in = body.object(type, Presence::required);
  if (!in) return MetaMessage();
  if (type == "location" || type == "interactive" || type == "template") return read_shaped(type, *value);
  if (type == "text") return MetaMessage{Content(TextContent{in->text("body", Presence::required), in->flag("preview_url")}), {}};
  if (type == "reaction") return MetaMessage{Content(ReactionContent{in->text("message_id", Presence::required), in->text("emoji")}), {}};
  if (const auto kind = media_kind_of(type)) return MetaMessage{read_file(*in, *kind), {}};
  return Error{ErrorCode::invalid_argument, "Messages of type '" + type.substr(0, 40) + "' cannot be sent"};
}

}  // namespace

Result<MetaMessage> read_meta_message(const json::object& body) {
  std::optional<Error> failure;
  const ObjectReader in(body, "", failure);
  const auto type = in.text("type", Presence::required);
  if (failure) return std::move(*failure);
  auto message = read_content(type, in);
  if (!message) return message;
  if (const auto context = in.object("context")) message->reply_to = context->text("message_id", Presence::required);
  if (failure) return std::move(*failure);
  return message;
}

Task<Result<json::object>> read_app_body(http::BodyReader& body, Sha256* digest) {
  CO_TRY(const auto text, co_await http::read_all(body, body_limit));
  if (digest != nullptr) *digest = sha256(text);
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) co_return Error{ErrorCode::invalid_argument, "The body must be a JSON object"};
  co_return std::move(parsed->get_object());
}

std::string meta_sent_json(std::string_view input, std::string_view wa_id, std::string_view wamid) {
  const json::object contact{{"input", input}, {"wa_id", wa_id}};
  const json::object message{{"id", wamid}};
  return json::serialize(
      json::object{{"messaging_product", "whatsapp"}, {"contacts", json::array{contact}}, {"messages", json::array{message}}});
}

Result<ChannelPtr> find_pool_number(const PipesServices& services, TenantId tenant, std::string_view text) {
  const auto id = ChannelId::parse(text);
  auto channel = id ? services.channels.find(*id) : nullptr;
  if (!channel) return Error{ErrorCode::not_found, "Pool number not found"};
  if (channel->tenant != tenant) return Error{ErrorCode::permission_denied, "Pool number belongs to another account"};
  return channel;
}

}  // namespace wherry::api::pipes
