#include "net/multipart.h"
#include "simulator/ascii_json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/media_rules.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

constexpr std::size_t value_limit = 64 * 1024;

GraphError not_supported(std::string_view mime) {
  return parameter_error("Param file must be a file with one of the following types: " + std::string(supported_types()) +
                         ". Received file of type '" + std::string(mime.substr(0, 128)) + "'.");
}

GraphError too_large(MediaKind kind, std::uint64_t limit) {
  return graph_error(131053, "The file is too large for type '" + std::string(to_string(kind)) + "': at most " + std::to_string(limit) +
                                 " bytes are allowed.");
}

struct Upload {
  std::optional<MediaShelf::Draft> draft;
  MediaItem item;
  std::optional<MediaKind> kind;
  Failure failure;  ///< of the file; told after the other parts were read
};

/// The file part, as it arrives, onto the shelf. What exceeds the limit is read and dropped, up to the largest limit.
Task<Failure> take_file(Call& call, http::MultipartReader& reader, const http::PartHead& head, Upload& upload) {
  upload.item.mime_type = normalize_mime(head.content_type);
  if (upload.item.mime_type.empty()) upload.item.mime_type = std::string(mime_for_extension(head.file_name.value_or("")));
  upload.item.file_name = head.file_name.value_or("");
  upload.kind = upload_kind(upload.item.mime_type);
  if (!upload.kind) {
    upload.failure = not_supported(upload.item.mime_type.empty() ? "application/octet-stream" : upload.item.mime_type);
    co_return std::nullopt;
  }
  auto draft = call.world().media.begin();
  if (!draft) co_return graph_error(131016);
  const std::uint64_t most = upload_limit(*upload.kind, true);
  for (;;) {
    auto piece = co_await reader.read();
    if (!piece) co_return parameter_error("Invalid parameter", "The multipart body is broken");
    if (piece->empty()) break;
    if (draft->size() + piece->size() > most) co_return too_large(*upload.kind, most);
    if (auto written = draft->write(*piece); !written) co_return graph_error(131016);
  }
  upload.item.animated = upload.item.mime_type == "image/webp" && is_animated_webp(draft->head());
  const std::uint64_t limit = upload_limit(*upload.kind, upload.item.animated);
  if (draft->size() > limit) upload.failure = too_large(*upload.kind, limit);
  if (draft->size() == 0) upload.failure = parameter_error("Invalid parameter", "The file is empty");
  upload.draft.emplace(std::move(*draft));
  co_return std::nullopt;
}

Task<Failure> take_value(Call& call, http::MultipartReader& reader, const http::PartHead& head) {
  std::string value;
  for (;;) {
    auto piece = co_await reader.read();
    if (!piece) co_return parameter_error("Invalid parameter", "The multipart body is broken");
    if (piece->empty()) break;
    value += *piece;
    if (value.size() > value_limit) co_return parameter_error("Invalid parameter", "A form value is too long");
  }
  add_form_value(call.params, head.name, std::move(value));
  co_return std::nullopt;
}

/// Token, number and permission: as soon as they are known, so that a stranger's file is not stored.
Failure admit(Call& call) {
  std::string token = token_text(call);
  if (token.empty()) token = text_param(call.params, "access_token").value_or("");
  if (auto failure = authenticate(call, token)) return failure;
  if (!visible_number(call, call.node)) return wrong_object(call);
  return need_scope(call, messaging_scope);
}

Task<Failure> take_parts(Call& call, http::MultipartReader& reader, Upload& upload) {
  for (;;) {
    auto next = co_await reader.next();
    if (!next) co_return parameter_error("Invalid parameter", "The multipart body is broken");
    if (!*next) co_return std::nullopt;
    const http::PartHead head = std::move(**next);
    Failure failure;
    if (head.name == "file" && !upload.draft && !upload.failure) {
      if (auto stranger = admit(call)) co_return stranger;
      failure = co_await take_file(call, reader, head, upload);
    } else {
      failure = co_await take_value(call, reader, head);
    }
    if (failure) co_return failure;
  }
}

/// What the form says beside the file.
Failure check_form(const Call& call, const Upload& upload) {
  const auto product = text_param(call.params, "messaging_product");
  if (!product || product->empty()) return required(ParamPath{nullptr, "messaging_product"});
  if (!http::equal_ignoring_case(*product, "whatsapp")) return not_one_of("messaging_product", "WHATSAPP", *product);
  if (!upload.draft && !upload.failure) return required(ParamPath{nullptr, "file"});
  if (upload.failure) return upload.failure;
  const auto ttl = text_param(call.params, "ttl_minutes");
  if (!ttl) return std::nullopt;
  const auto minutes = int_param(call.params, "ttl_minutes");
  if (!minutes || *minutes < 60 || *minutes > 43'200) return parameter_error("Param ttl_minutes must be between 60 and 43200.");
  return std::nullopt;
}

http::Response stop(Call& call, const GraphError& error) {
  auto response = answer_error(call, error);
  response.close = true;  // the rest of the body is not worth reading
  return response;
}

}  // namespace

Task<http::Response> upload_media(Call& call) {
  World& world = call.world();
  add_form(call.params, call.request.query);
  const std::string content_type(call.request.headers.find("Content-Type").value_or(""));
  auto reader = http::MultipartReader::create(content_type, *call.request.body);
  if (!reader) {
    if (auto failure = admit(call)) co_return stop(call, *failure);
    const bool product = text_param(call.params, "messaging_product").has_value();
    co_return stop(call, required(ParamPath{nullptr, product ? "file" : "messaging_product"}));
  }
  Upload upload;
  auto broken = co_await take_parts(call, **reader, upload);
  if (broken) co_return stop(call, *broken);
  if (!call.token) {
    if (auto failure = admit(call)) co_return answer_error(call, *failure);
  }
  if (auto failure = check_form(call, upload)) co_return answer_error(call, *failure);

  MediaItem item = std::move(upload.item);
  item.id = world.ids.node();
  item.number_id = std::string(call.node);
  item.created = call.now();
  const auto minutes = int_param(call.params, "ttl_minutes");
  item.expires = item.created + (minutes ? std::chrono::minutes(*minutes) : std::chrono::minutes(60 * 24 * 30));
  world.media.sweep(item.created);
  auto kept = world.media.keep(std::move(*upload.draft), std::move(item));
  if (!kept) co_return answer_error(call, graph_error(131016));
  co_return answer(call, R"({"id":")" + kept->id + R"("})");
}

}  // namespace wherry::sim
