#include "upstream/cloud_api/media_download.h"

#include <charconv>

#include "base/crypto.h"
#include "base/json.h"
#include "net/egress.h"
#include "upstream/cloud_api/graph_answer.h"

namespace wherry::cloud_api {

namespace {

/// What GET /{media id} said.
struct Address {
  std::string url;
  std::string sha256;
  std::optional<std::uint64_t> size;
};

bool is_media_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == std::string_view::npos;
}

Error failed(std::string detail) { return {ErrorCode::fetch_failed, "WhatsApp did not give the file", std::move(detail)}; }

std::optional<std::uint64_t> size_in(const json::object& answer) {
  const auto* member = json::find(answer, "file_size");
  if (member == nullptr) return std::nullopt;
  if (member->is_int64() && member->get_int64() >= 0) return static_cast<std::uint64_t>(member->get_int64());
  if (!member->is_string()) return std::nullopt;
  const auto& text = member->get_string();
  std::uint64_t size = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return size;
}

/// A SHA-256 as hex (Graph) or base64 (webhooks); nullopt when it is neither.
std::optional<Bytes> digest_in(std::string_view text) {
  if (text.size() == 64) return from_hex(text);
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  return bytes;
}

class CheckingSink final : public http::BodySink {
 public:
  explicit CheckingSink(BlobWriter& into) : into_(into) {}
  Result<void> write(std::string_view piece) override {
    size_ += piece.size();
    if (size_ > max_media_bytes) return Error{ErrorCode::too_large, "the file is larger than 100 MiB"};
    hash_.update(piece);
    return into_.write(piece);
  }
  std::uint64_t size() const { return size_; }
  Sha256 digest() { return hash_.finish(); }

 private:
  BlobWriter& into_;
  Sha256Stream hash_;
  std::uint64_t size_ = 0;
};

Result<Address> read_address(const http::ClientResponse& response) {
  if (response.status < 200 || response.status > 299) {
    const auto error = error_of(response);
    const bool unknown = (error.code == 100 && error.subcode == 33) || error.code == 33 || response.status == 404;
    if (unknown) return Error{ErrorCode::not_found, "WhatsApp does not have the file", "code " + std::to_string(error.code)};
    return failed("look-up: HTTP " + std::to_string(response.status) + " code " + std::to_string(error.code));
  }
  const auto answer = parse_object(response.body);
  const auto url = answer ? json::find_string(*answer, "url") : std::nullopt;
  if (!url) return failed("look-up without url");
  return Address{std::string(*url), std::string(json::find_string(*answer, "sha256").value_or("")), size_in(*answer)};
}

bool is_or_is_below(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

bool is_metas(std::string_view host) {
  for (const std::string_view domain : {"fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"}) {
    if (host != domain && is_or_is_below(host, domain)) return true;
  }
  return false;
}

}  // namespace

bool may_see_token(std::string_view url, const Channel& channel) {
  const auto target = http::parse_strict_url(url);
  if (!target) return false;
  const auto graph = http::parse_strict_url(channel.graph_url + "/");
  if (graph && graph->tls == target->tls && graph->host == target->host && graph->port == target->port) return true;
  return target->tls && target->port == 443 && is_metas(target->host);
}

Task<Result<void>> fetch_media(http::Client& client, Timeouts timeouts, std::shared_ptr<const Channel> channel, InboundMedia remote,
                               BlobWriter& into) {
  if (!is_media_id(remote.remote_id)) co_return Error{ErrorCode::not_found, "WhatsApp does not have the file", "malformed media id"};
  auto lookup =
      graph_request(*channel, http::Method::get, remote.remote_id + "?phone_number_id=" + channel->phone_number_id, timeouts.lookup);
  auto found = co_await ask_graph(client, channel, std::move(lookup));
  if (!found) co_return failed("look-up: " + std::string(to_string(found.error().code)) + " " + found.error().detail);
  CO_TRY(auto address, read_address(*found));
  if (address.size && *address.size > max_media_bytes) co_return Error{ErrorCode::too_large, "the file is larger than 100 MiB"};
  if (!may_see_token(address.url, *channel)) co_return failed("the download address is not on a host of Meta's");

  CheckingSink sink(into);
  auto download = graph_request(*channel, http::Method::get, "", timeouts.transfer);
  download.url = address.url;
  download.idle_timeout = timeouts.transfer;
  download.max_response_bytes = max_media_bytes;
  download.sink = &sink;
  auto response = co_await client.send(std::move(download));
  if (!response) {
    const auto code = response.error().code;
    if (code == ErrorCode::too_large || code == ErrorCode::unavailable || code == ErrorCode::cancelled) co_return response.error();
    co_return failed("download: " + std::string(to_string(code)) + " " + response.error().detail);
  }
  if (response->status != 200) co_return failed("download: HTTP " + std::to_string(response->status));
  if (address.size && *address.size != sink.size()) co_return failed("the file is not as long as announced");
  auto expected = digest_in(address.sha256);
  if (!expected) expected = digest_in(remote.sha256_base64);
  const auto digest = sink.digest();
  if (expected && !std::equal(digest.begin(), digest.end(), expected->begin(), expected->end())) co_return failed("the SHA-256 differs");
  co_return Result<void>();
}

}  // namespace wherry::cloud_api
