#include "api/pepipost/errors.h"
#include "api/pepipost/guard.h"
#include "net/multipart.h"

namespace wherry::api::pepipost {

namespace {

constexpr std::string_view file_part = "file";

// Whatever is wrong with a file itself is one code here; trouble of ours is not the file's.
Refusal about_file(const Error& error) {
  if (error.code == ErrorCode::not_found || error.code == ErrorCode::permission_denied) return refused(Code::bad_media);
  return refusal_of(error);
}

Result<MediaId> media_id(const http::Request& request) {
  const auto raw = from_uuid(request.param("mediaId"));
  if (!raw) return Error{ErrorCode::not_found, "Media not found"};
  return MediaId{*raw};
}

Task<Result<Media>> find(const PepipostServices& services, const http::Request& request, TenantId tenant) {
  CO_TRY(const auto id, media_id(request));
  co_return co_await services.media.find(tenant, id);
}

// A part without a type is what its name says, or just bytes.
std::string part_mime(const http::PartHead& part) {
  if (!part.content_type.empty()) return part.content_type;
  const auto guessed = mime_for_extension(part.file_name.value_or(""));
  return std::string(guessed.empty() ? "application/octet-stream" : guessed);
}

Task<Result<Upload>> take_part(MediaService& media, http::MultipartReader& reader, http::PartHead part) {
  CO_TRY(auto upload, media.begin(part_mime(part), part.file_name.value_or(""), media_lifetime));
  for (;;) {
    CO_TRY(auto piece, co_await reader.read());
    if (piece.empty()) break;
    CO_TRY_VOID(upload.write(piece));
  }
  co_return upload;
}

Task<Result<Media>> take_file(const PepipostServices& services, http::Request& request, TenantId tenant) {
  CO_TRY(auto reader, http::MultipartReader::create(request.headers.find("Content-Type").value_or(""), *request.body));
  std::optional<Upload> file;
  for (;;) {
    CO_TRY(auto part, co_await reader->next());
    if (!part) break;
    if (part->name != file_part) continue;
    if (file) co_return Error{ErrorCode::invalid_argument, "file can be given only once."};
    CO_TRY(file, co_await take_part(services.media, *reader, std::move(*part)));
  }
  if (!file) co_return Error{ErrorCode::invalid_argument, "file is required."};
  co_return co_await services.media.finish(tenant, std::move(*file));
}

}  // namespace

Task<Answer<http::Response>> upload_media(const PepipostServices& services, http::Request& request, Principal caller) {
  auto media = co_await take_file(services, request, caller.tenant);
  if (!media) co_return about_file(media.error());
  co_return success({{"data", json::object{{"mediaId", to_uuid(media->id.raw)}}}});
}

Task<Answer<http::Response>> get_media(const PepipostServices& services, http::Request& request, Principal caller) {
  auto media = co_await find(services, request, caller.tenant);
  if (!media) co_return about_file(media.error());
  auto path = services.media.path_of(*media);
  if (!path) co_return about_file(path.error());
  auto file = http::FileSource::open(*path);
  if (!file) co_return about_file(file.error());
  http::Response response;
  response.headers.add("Content-Type", media->mime_type);
  // What a customer sent must never run as a page of ours.
  response.headers.add("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(*file);
  co_return response;
}

Task<Answer<http::Response>> delete_media(const PepipostServices& services, http::Request& request, Principal caller) {
  auto media = co_await find(services, request, caller.tenant);
  if (!media) co_return about_file(media.error());
  auto removed = co_await services.media.remove(*media);
  if (!removed) co_return about_file(removed.error());
  co_return success({{"message", "Media successfully deleted."}});
}

}  // namespace wherry::api::pepipost
