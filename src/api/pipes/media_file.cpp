#include "api/pipes/byte_range.h"
#include "api/pipes/errors.h"
#include "api/pipes/operations.h"
#include "base/json.h"

namespace wherry::api::pipes {

namespace {

// A name any client can read, and beside it the true one where they differ (RFC 6266).
std::string disposition(const std::string& file_name) {
  if (file_name.empty()) return "attachment";
  std::string plain;
  for (const char c : file_name) {
    const bool safe = static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '"' && c != '\\' && c != '%';
    plain.push_back(safe ? c : '_');
  }
  auto value = "attachment; filename=\"" + plain + '"';
  if (plain != file_name) value += "; filename*=UTF-8''" + http::percent_encode(file_name);
  return value;
}

// If-None-Match compares weakly (RFC 9110 section 13.1.2).
bool names_tag(std::string_view list, std::string_view tag) {
  if (list == "*") return true;
  while (!list.empty()) {
    auto entry = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == tag) return true;
  }
  return false;
}

// What a customer sent must never run as a page of ours.
void add_headers(http::Response& response, const Media& media, const std::string& tag) {
  auto& headers = response.headers;
  headers.add("ETag", tag);
  headers.add("Accept-Ranges", "bytes");
  headers.add("Cache-Control", "private, max-age=300");
  headers.add("Content-Disposition", disposition(media.file_name));
  headers.add("Content-Security-Policy", "sandbox; default-src 'none'");
  headers.add("X-Content-Type-Options", "nosniff");
}

RangeChoice wanted_range(const http::Request& request, const Media& media, const std::string& tag) {
  if (request.method != http::Method::get || request.headers.count("Range") != 1) return WholeFile{};
  const auto condition = request.headers.find("If-Range");
  if (condition && *condition != tag) return WholeFile{};
  return choose_range(*request.headers.find("Range"), media.size);
}

Result<http::Response> serve(const PipesServices& services, const http::Request& request, const Media& media) {
  const auto tag = '"' + to_hex(media.sha256) + '"';
  http::Response response;
  add_headers(response, media, tag);
  if (names_tag(request.headers.find("If-None-Match").value_or(""), tag)) {
    response.status = 304;
    return response;
  }
  const auto choice = wanted_range(request, media, tag);
  const auto total = std::to_string(media.size);
  if (std::holds_alternative<UnsatisfiableRange>(choice)) {
    auto refused = http::json_response(416, R"({"error":"The range is outside the file","code":"INVALID_REQUEST"})");
    refused.headers.add("Content-Range", "bytes */" + total);
    return refused;
  }
  ByteRange range{0, media.size};
  if (const auto* part = std::get_if<ByteRange>(&choice)) {
    range = *part;
    response.status = 206;
    response.headers.add("Content-Range",
                         "bytes " + std::to_string(range.offset) + '-' + std::to_string(range.offset + range.length - 1) + '/' + total);
  }
  response.headers.add("Content-Type", media.mime_type);
  TRY(auto path, services.media.path_of(media));
  TRY(auto source, http::FileSource::open(path, range.offset, range.length));
  response.body = std::move(source);
  return response;
}

}  // namespace

Task<http::Response> media_file(const PipesServices& services, http::Request& request) {
  auto expires = http::query_value(request.query, "expires").value_or("");
  auto signature = http::query_value(request.query, "signature").value_or("");
  std::string id(request.param("mediaId"));
  auto media = co_await services.media.open_link(std::move(id), std::move(expires), std::move(signature));
  if (!media) co_return error_response(media.error());
  auto response = serve(services, request, *media);
  if (!response) co_return error_response(response.error());
  co_return std::move(*response);
}

}  // namespace wherry::api::pipes
