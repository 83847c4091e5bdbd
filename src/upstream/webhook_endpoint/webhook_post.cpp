#include "upstream/webhook_endpoint/webhook_post.h"

#include <charconv>
#include <ctime>

namespace wherry {

namespace {

constexpr std::uint64_t most_answer_bytes = 64 * 1024;
constexpr std::int64_t most_seconds = 7 * 24 * 3600;

std::string why(const Error& error) {
  std::string text = error.message;
  if (!error.detail.empty()) text += ": " + error.detail;
  constexpr std::size_t longest = 300;
  return text.substr(0, longest);
}

/// Reads the body of a 2xx answer and forgets it. Its head alone acknowledges: what follows may be long, slow or cut off.
class Acknowledgement final : public http::BodySink {
 public:
  bool came = false;
  Result<void> begin(const http::Headers&) override {
    came = true;
    return {};
  }
  Result<void> write(std::string_view piece) override {
    read_ += piece.size();
    if (read_ > most_answer_bytes) return Error{ErrorCode::too_large, "the answer is longer than anybody reads"};
    return {};
  }

 private:
  std::uint64_t read_ = 0;
};

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view text, Timestamp now) {
  std::int64_t asked = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, asked);
  if (read.ec == std::errc::result_out_of_range) return seconds(most_seconds);
  if (read.ec == std::errc() && read.ptr == end) {
    if (asked < 0) return std::nullopt;
    return seconds(std::min(asked, most_seconds));
  }
  std::tm date{};
  const std::string copy(text);
  const char* rest = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const auto until = Timestamp(seconds(::timegm(&date)));
  if (until <= now) return std::nullopt;
  return std::min<milliseconds>(until - now, seconds(most_seconds));
}

Task<WebhookAnswer> GuardedWebhookSender::post(WebhookCall call) {
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = std::move(call.url);
  for (auto& [name, value] : call.headers) request.headers.add(name, value);
  request.body = std::move(call.body);
  request.timeout = call.timeout;
  request.total_timeout = call.timeout;
  Acknowledgement acknowledgement;
  request.sink = &acknowledgement;
  request.egress = &guard_;
  auto response = co_await client_.send(std::move(request));
  WebhookAnswer answer;
  if (!response && acknowledgement.came) {
    answer.status = 200;
    co_return answer;
  }
  if (!response) {
    answer.error = why(response.error());
    co_return answer;
  }
  answer.status = response->status;
  if (const auto header = response->headers.find("Retry-After")) answer.retry_after = parse_retry_after(*header, clock_.now());
  co_return answer;
}

}  // namespace wherry
