#include "media/url_fetcher.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "domain/media_kind.h"

namespace wherry {

namespace {

class WriterSink final : public http::BodySink {
 public:
  WriterSink(BlobWriter& writer, const UrlFetcher::SizeLimit& limit) : writer_(writer), limit_of_(limit) {}
  Result<void> begin(const http::Headers& headers) override {
    limit_ = std::min(limit_of_(headers.find("Content-Type").value_or("")), max_media_bytes);
    std::uint64_t announced = 0;
    const auto length = headers.find("Content-Length").value_or("");
    std::from_chars(length.data(), length.data() + length.size(), announced);
    return announced > limit_ ? Result<void>(oversized()) : Result<void>();
  }
  Result<void> write(std::string_view piece) override {
    if (writer_.size() + piece.size() > limit_) return oversized();
    return writer_.write(piece);
  }

 private:
  static Error oversized() { return {ErrorCode::too_large, "the file is too large"}; }
  BlobWriter& writer_;
  const UrlFetcher::SizeLimit& limit_of_;
  std::uint64_t limit_ = max_media_bytes;
};

// What the caller can do about it: choose another URL, or a smaller file. The rest is "could not be fetched".
Error as_fetch_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::url_blocked:
    case ErrorCode::too_large:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled: return error;
    case ErrorCode::invalid_argument: return {ErrorCode::url_blocked, "the URL is not allowed", error.detail};
    default: return {ErrorCode::fetch_failed, "The media URL could not be fetched", error.detail.empty() ? error.message : error.detail};
  }
}

}  // namespace

std::string remote_file_name(std::string_view disposition, std::string_view url) {
  std::string name;
  const auto at = disposition.find("filename=");
  if (at != std::string_view::npos) {
    auto value = disposition.substr(at + 9);
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      value = value.substr(0, value.find('"'));
    } else {
      value = value.substr(0, value.find(';'));
    }
    name = std::string(value);
  }
  if (name.empty()) {
    const auto path = url.substr(0, url.find_first_of("?#"));
    const auto authority = path.find("://");
    const auto rest = authority == std::string_view::npos ? path : path.substr(authority + 3);
    const auto slash = rest.rfind('/');
    if (slash != std::string_view::npos) name = http::percent_decode(rest.substr(slash + 1)).value_or("");
  }
  name = name.substr(name.find_last_of("/\\") == std::string::npos ? 0 : name.find_last_of("/\\") + 1);
  if (!is_clean_utf8(name) || count_code_points(name) > 240 || name == "." || name == "..") return {};
  return name;
}

Task<Result<UrlFetcher::Fetched>> GuardedFetcher::fetch(std::string url, BlobWriter& into, SizeLimit limit) {
  WriterSink sink(into, limit);
  http::ClientRequest request;
  request.url = url;
  request.egress = &guard_;
  request.max_redirects = 3;
  request.max_response_bytes = max_media_bytes;
  request.timeout = seconds(10);
  request.idle_timeout = seconds(10);
  request.total_timeout = std::chrono::minutes(10);
  request.sink = &sink;
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return as_fetch_error(response.error());
  if (response->status < 200 || response->status > 299) {
    co_return Error{ErrorCode::fetch_failed, "The media URL answered with status " + std::to_string(response->status)};
  }
  Fetched fetched;
  fetched.content_type = response->headers.find("Content-Type").value_or("");
  fetched.file_name = remote_file_name(response->headers.find("Content-Disposition").value_or(""), response->final_url);
  co_return fetched;
}

}  // namespace wherry
