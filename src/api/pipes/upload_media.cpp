#include "api/pipes/operations.h"
#include "api/pipes/wire.h"
#include "net/multipart.h"

namespace wherry::api::pipes {

namespace {

constexpr std::string_view file_part = "file";

std::string_view media_type(const http::Request& request) {
  auto value = request.headers.find("Content-Type").value_or("");
  value = value.substr(0, value.find(';'));
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

// A part without a type is what its name says, or just bytes.
std::string part_mime(const http::PartHead& part) {
  if (!part.content_type.empty()) return part.content_type;
  const auto guessed = mime_for_extension(part.file_name.value_or(""));
  return std::string(guessed.empty() ? "application/octet-stream" : guessed);
}

Task<Result<Upload>> take_part(MediaService& media, http::MultipartReader& reader, http::PartHead part) {
  CO_TRY(auto upload, media.begin(part_mime(part), part.file_name.value_or("")));
  for (;;) {
    CO_TRY(auto piece, co_await reader.read());
    if (piece.empty()) break;
    CO_TRY_VOID(upload.write(piece));
  }
  co_return upload;
}

Task<Result<Media>> from_multipart(const PipesServices& services, http::Request& request, TenantId tenant) {
  CO_TRY(auto reader, http::MultipartReader::create(*request.headers.find("Content-Type"), *request.body));
  std::optional<Upload> file;
  for (;;) {
    CO_TRY(auto part, co_await reader->next());
    if (!part) break;
    if (part->name != file_part) continue;
    if (file) co_return Error{ErrorCode::invalid_argument, "There is more than one part named 'file'"};
    CO_TRY(file, co_await take_part(services.media, *reader, std::move(*part)));
  }
  if (!file) co_return Error{ErrorCode::invalid_argument, "A part named 'file' is required"};
  co_return co_await services.media.finish(tenant, std::move(*file));
}

Task<Result<Media>> from_json(const PipesServices& services, http::Request& request, TenantId tenant) {
  CO_TRY(auto body, co_await read_upload(*request.body, services.media));
  if (body.url) {
    CO_TRY_VOID(check_scheme(*body.url, services.allow_http_media));
    co_return co_await services.media.fetch(tenant, std::move(*body.url));
  }
  CO_TRY(auto upload, body.data->take_upload(std::move(body.mime_type), std::move(body.file_name)));
  co_return co_await services.media.finish(tenant, std::move(upload));
}

Task<Result<Media>> take_in(const PipesServices& services, http::Request& request, TenantId tenant) {
  const auto type = media_type(request);
  if (http::equal_ignoring_case(type, "multipart/form-data")) co_return co_await from_multipart(services, request, tenant);
  if (http::equal_ignoring_case(type, "application/json")) co_return co_await from_json(services, request, tenant);
  co_return Error{ErrorCode::invalid_argument, "The Content-Type must be multipart/form-data or application/json"};
}

}  // namespace

Task<Result<http::Response>> upload_media(const PipesServices& services, http::Request& request, Principal caller) {
  auto media = co_await take_in(services, request, caller.tenant);
  if (!media) {
    auto error = std::move(media).error();
    if (error.code == ErrorCode::timeout) error = {ErrorCode::invalid_argument, "The body did not arrive in time"};
    co_return error;
  }
  co_return http::json_response(200, uploaded_json(media->id));
}

}  // namespace wherry::api::pipes
