#include "net/client_exchange.h"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include "base/fault_point.h"
#include "net/url.h"

namespace wherry::http {

namespace {

namespace beast = boost::beast;

constexpr std::size_t upload_piece = 64 * 1024;
constexpr int most_interim_answers = 16;
/// No head, chunk line or trailer is longer; a peer that sends more of one is not speaking HTTP.
constexpr std::size_t longest_unparsed = 128 * 1024;

// What frames the message is the client's business: a caller's own copy could contradict it.
bool is_framing(std::string_view name) {
  for (const std::string_view own :
       {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Expect"}) {
    if (equal_ignoring_case(name, own)) return true;
  }
  return false;
}

}  // namespace

Deadlines::Deadlines(const ClientRequest& request)
    : streams_(request.body_source != nullptr || request.sink != nullptr),
      timeout_(request.timeout),
      idle_(request.idle_timeout),
      whole_(Steady::now() + (streams_ ? std::max(request.total_timeout, request.timeout) : request.timeout)) {}

bool has_line_break(const ClientRequest& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    for (const auto text : {request.headers.name_at(i), request.headers.value_at(i)}) {
      if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return true;
    }
  }
  return false;
}

std::string Exchange::head(std::optional<std::uint64_t> length, bool has_body) const {
  std::string text;
  text.reserve(512);
  text.append(to_string(request_.method))
      .append(" ")
      .append(url_.target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(host_header(url_))
      .append("\r\n");
  if (!request_.headers.find("User-Agent")) text.append("User-Agent: wherry/" WHERRY_VERSION "\r\n");
  for (std::size_t i = 0; i < request_.headers.size(); ++i) {
    if (is_framing(request_.headers.name_at(i))) continue;
    text.append(request_.headers.name_at(i)).append(": ").append(request_.headers.value_at(i)).append("\r\n");
  }
  if (!reusable_) text.append("Connection: close\r\n");
  if (has_body && !length) {
    text.append("Transfer-Encoding: chunked\r\n");
  } else if (has_body || request_.method == Method::post || request_.method == Method::put || request_.method == Method::patch) {
    text.append("Content-Length: ").append(std::to_string(length.value_or(0))).append("\r\n");
  }
  text.append("\r\n");
  return text;
}

void Exchange::progress() {
  if (deadlines_.streams()) connection_.set_deadline(deadlines_.of_piece());
}

Error Exchange::broken(std::string why) const {
  if (connection_.timed_out()) why = "timed out: " + why;
  return {ErrorCode::outcome_unknown, "no answer came from the server", std::move(why)};
}

Task<Result<void>> Exchange::run() {
  connection_.set_deadline(deadlines_.of_step());
  parser_.emplace(request_.max_response_bytes, request_.sink);
  CO_TRY_VOID(co_await send());
  fault_point("after-upstream-write");
  connection_.set_deadline(deadlines_.of_step());
  for (int interim = 0; interim <= most_interim_answers; ++interim) {
    CO_TRY_VOID(co_await receive());
    if (parser_->status == 101) co_return broken("an upgrade nobody asked for");
    if (!parser_->informational()) co_return Result<void>();
    parser_.emplace(request_.max_response_bytes, request_.sink);
  }
  co_return broken("only interim answers");
}

Task<Result<void>> Exchange::send() {
  const bool streamed = request_.body_source != nullptr;
  const auto length = streamed ? request_.body_source->length() : std::optional<std::uint64_t>(request_.body.size());
  const auto start = head(length, streamed || !request_.body.empty());
  const auto rest = streamed ? std::string_view() : std::string_view(request_.body);
  auto failure = co_await connection_.write(start, rest);
  if (failure) co_return broken("write: " + failure.message());
  if (!streamed) co_return Result<void>();
  co_return co_await send_source();
}

Task<Result<void>> Exchange::send_source() {
  const bool chunked = !request_.body_source->length();
  std::uint64_t left = request_.body_source->length().value_or(0);
  std::vector<char> piece(upload_piece);
  connection_.watch_for_news();
  while (true) {
    if (connection_.has_news()) {
      // An early answer, most likely a refusal: stop sending and read it.
      reusable_ = false;
      co_return Result<void>();
    }
    auto filled = co_await request_.body_source->read(piece);
    if (!filled) co_return filled.error();
    const std::string_view bytes(piece.data(), *filled);
    if (!chunked && bytes.size() > left) co_return Error{ErrorCode::internal, "a body is longer than it said"};
    left -= chunked ? 0 : bytes.size();
    std::array<char, 24> size{};
    const int digits = chunked ? std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size()) : 0;
    const std::string_view before(size.data(), static_cast<std::size_t>(digits));
    const std::string_view after = chunked ? "\r\n" : "";
    auto failure = co_await connection_.write(before, bytes, after);
    if (failure) {
      reusable_ = false;
      co_return Result<void>();  // the peer may have answered before it closed: receive() finds out
    }
    progress();
    if (bytes.empty() || (!chunked && left == 0)) break;
  }
  if (left > 0) co_return Error{ErrorCode::internal, "a body is shorter than it said"};
  co_return Result<void>();
}

// True when the answer is complete.
Result<bool> Exchange::parse(bool at_end) {
  beast::error_code failure;
  auto& buffer = connection_.buffer();
  while (buffer.size() > 0 && !parser_->is_done()) {
    const auto used = parser_->put(buffer.data(), failure);
    buffer.consume(used);
    if (parser_->failure) return *parser_->failure;
    if (parser_->truncated) {
      reusable_ = false;
      return true;
    }
    if (failure == beast::http::error::need_more) break;
    if (failure) return broken("answer: " + failure.message());
    if (used == 0 && !parser_->is_done()) break;
  }
  if (!parser_->is_done() && buffer.size() > longest_unparsed) return broken("an endless line in the answer");
  if (at_end && !parser_->is_done()) {
    failure.clear();
    parser_->put_eof(failure);
    if (failure) return broken("the answer was cut off");
    reusable_ = false;
  }
  return parser_->is_done();
}

Task<Result<void>> Exchange::receive() {
  parser_->eager(true);
  if (request_.method == Method::head) parser_->skip(true);
  while (true) {
    CO_TRY(const bool complete, parse(false));
    if (complete) break;
    auto failure = co_await connection_.read_more();
    answered_ = answered_ || connection_.buffer().size() > 0;
    if (failure == boost::asio::error::eof) {
      if (!answered_) co_return broken("the connection was closed");
      CO_TRY(const bool ended, parse(true));
      if (!ended) co_return broken("the answer was cut off");
      break;
    }
    // Over TLS an end without close_notify comes here: anybody on the way could have cut the answer short.
    if (failure) co_return broken("read: " + failure.message());
    progress();
  }
  reusable_ = reusable_ && parser_->keep_alive() && connection_.buffer().size() == 0;
  co_return Result<void>();
}

}  // namespace wherry::http
