#include "simulator/inbound.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/json.h"
#include "domain/media_kind.h"
#include "domain/wa_id.h"

namespace wherry::sim {

namespace {

constexpr auto inbound_media_life = std::chrono::hours(24 * 7);
constexpr std::size_t name_limit = 200;

Error wrong(std::string text) { return Error{ErrorCode::invalid_argument, std::move(text)}; }

bool is_media(std::string_view type) {
  return type == "image" || type == "video" || type == "audio" || type == "document" || type == "sticker";
}

std::string_view default_mime(std::string_view type) {
  if (type == "image") return "image/jpeg";
  if (type == "video") return "video/mp4";
  if (type == "audio") return "audio/ogg; codecs=opus";
  if (type == "sticker") return "image/webp";
  return "application/pdf";
}

Result<std::optional<Timestamp>> read_timestamp(const json::object& request) {
  const auto* value = json::find(request, "timestamp");
  if (value == nullptr) return std::optional<Timestamp>();
  std::int64_t at = -1;
  if (value->is_int64()) at = value->get_int64();
  if (value->is_string()) {
    const auto& text = value->get_string();
    const auto end = std::from_chars(text.data(), text.data() + text.size(), at).ptr;
    if (end != text.data() + text.size()) at = -1;
  }
  if (at < 0 || at > 253'402'300'799) return wrong("timestamp must be Unix seconds");
  return std::optional<Timestamp>(from_unix_millis(at * 1000));
}

/// Meta names the quoted message `id`; `message_id`, as sends have it, is taken too.
json::object context_of(const json::object& given, const Number& number) {
  json::object context;
  const auto id = json::find_string(given, "id") ? json::find_string(given, "id") : json::find_string(given, "message_id");
  if (id) {
    const auto from = json::find_string(given, "from");
    context["from"] = from ? std::string(*from) : number.digits;
    context["id"] = std::string(*id);
  }
  for (const auto& member : given) {
    if (member.key() != "id" && member.key() != "from" && member.key() != "message_id") context[member.key()] = member.value();
  }
  return context;
}

}  // namespace

Result<Registry<Number>::Ptr> Inbound::number_of(const json::object& request) const {
  const auto* given = json::find(request, "phone_number_id");
  if (given != nullptr && !given->is_string()) return wrong("phone_number_id must be a string");
  const std::string id = given != nullptr ? std::string(given->get_string()) : world_.first().number_id;
  auto number = world_.numbers.find(id);
  if (!number) return wrong("unknown phone_number_id");
  return number;
}

Result<json::object> Inbound::media_content(const json::object& given, const Number& number, const std::string& type) {
  MediaItem item;
  if (const auto data = json::find_string(given, "data_base64")) {
    const auto bytes = from_base64(*data);
    if (!bytes) return wrong("data_base64 is not base64");
    item.id = world_.ids.node();
    item.number_id = number.id;
    item.mime_type = std::string(json::find_string(given, "mime_type").value_or(default_mime(type)));
    item.file_name = std::string(json::find_string(given, "filename").value_or(""));
    item.inbound = true;
    item.created = world_.now();
    item.expires = item.created + inbound_media_life;
    TRY(item, world_.media.keep(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), std::move(item)));
  } else if (const auto id = json::find_string(given, "id")) {
    const auto found = world_.media.find(*id, world_.now());
    if (!found) return wrong("unknown media id");
    item = *found;
  } else {
    return wrong(type + " needs data_base64 or id");
  }
  const auto hash = from_hex(item.sha256_hex).value_or(Bytes());
  json::object content;
  if (const auto caption = json::find_string(given, "caption"); caption && type != "audio" && type != "sticker") {
    content["caption"] = std::string(*caption);
  }
  if (type == "document") content["filename"] = item.file_name.empty() ? "document" : item.file_name;
  content["mime_type"] = item.mime_type;
  content["sha256"] = to_base64(hash);
  content["id"] = item.id;
  if (media_url_) content["url"] = media_url_(item);
  const auto flag = [&](std::string_view name, bool otherwise) {
    const auto* value = json::find(given, name);
    content[boost::json::string_view(name.data(), name.size())] = value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
  };
  if (type == "audio") flag("voice", item.mime_type.find("opus") != std::string::npos);
  if (type == "sticker") flag("animated", false);
  return content;
}

Result<json::value> Inbound::content_of(const json::object& request, const Number& number, const std::string& type) {
  const auto* given = json::find(request, type);
  if (given == nullptr || !(given->is_object() || given->is_array())) return wrong("'" + type + "' must hold the content of the message");
  if (is_media(type)) {
    if (!given->is_object()) return wrong("'" + type + "' must be an object");
    TRY(auto content, media_content(given->get_object(), number, type));
    return json::value(std::move(content));
  }
  if (type == "text" && (!given->is_object() || !json::find_string(given->get_object(), "body"))) return wrong("text.body is required");
  if (type == "contacts" && !given->is_array()) return wrong("contacts must be an array");
  return *given;
}

Result<std::string> Inbound::inject(const json::object& request) {
  TRY(const auto number, number_of(request));
  const auto from = json::find_string(request, "from");
  if (!from) return wrong("from is required");
  const auto wa_id = parse_wa_id(*from);
  if (!wa_id) return wrong("from must be a phone number of 6 to 15 digits");
  if (wa_id->digits == number->digits) return wrong("from must not be the business number");
  InboundMessage message;
  message.number_id = number->id;
  message.from = wa_id->digits;
  message.type = std::string(json::find_string(request, "type").value_or("text"));
  if (message.type.empty() || message.type.size() > 64) return wrong("type must have 1 to 64 characters");
  TRY(message.at, read_timestamp(request));
  message.group_id = std::string(json::find_string(request, "group_id").value_or(""));

  if (const auto* context = json::find_object(request, "context")) message.members["context"] = context_of(*context, *number);
  if (const auto* referral = json::find_object(request, "referral")) message.members["referral"] = *referral;
  message.members["type"] = message.type;
  const auto* errors = json::find_array(request, "errors");
  if (message.type == "unsupported") {
    if (errors != nullptr) {
      message.members["errors"] = *errors;
    } else {
      const auto error = graph_error(131051);
      json::object one{{"code", error.code}, {"title", error.title}, {"message", error.title}};
      one["error_data"] = json::object{{"details", "Message type is currently not supported."}};
      message.members["errors"] = json::array{one};
    }
    if (const auto* what = json::find_object(request, "unsupported")) message.members["unsupported"] = *what;
  } else {
    TRY(auto content, content_of(request, *number, message.type));
    message.members[message.type] = std::move(content);
    if (errors != nullptr) message.members["errors"] = *errors;
  }
  if (message.type == "system") message.with_contact = message.opens_window = false;

  if (const auto name = json::find_string(request, "name")) {
    if (name->size() > name_limit) return wrong("name is too long");
    if (world_.user(message.from).name != *name) {
      world_.change_user(message.from, [&](User& user) { user.name = std::string(*name); });
    }
  }
  return deliver(std::move(message));
}

std::string Inbound::deliver(InboundMessage message) {
  const auto number = world_.numbers.find(message.number_id);
  if (!number) return {};
  const auto at = message.at.value_or(world_.now());
  auto id = world_.ids.inbound_message(message.from);
  if (message.opens_window) {
    world_.windows.user_wrote(number->id, message.from, at, message.members.contains("referral"));
    if (world_.switches.throughput.load()) world_.throughput.take(number->id, number->mps, world_.now());
  }
  ReceivedMessage received;
  received.id = id;
  received.number_id = number->id;
  received.from = message.from;
  received.type = message.type;
  received.at = at;
  world_.received.add(std::move(received));
  count_.fetch_add(1, std::memory_order_relaxed);
  announcer_.inbound(*number, message.from, id, at, message.group_id, message.members, message.with_contact);
  return id;
}

}  // namespace wherry::sim
