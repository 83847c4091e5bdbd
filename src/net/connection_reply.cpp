// How an answer leaves: small ones in one write together with their head, sources piece by piece.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <charconv>

#include "base/log.h"
#include "net/connection.h"

namespace wherry::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t piece_size = 64 * 1024;

bool has_no_body(int status) { return status == 204 || status == 304 || status < 200; }

BodySource* source_of(Response& response) {
  auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
  return source ? source->get() : nullptr;
}

}  // namespace

/// Writes the answer and settles whether another request may follow (keep_).
Task<void> Connection::reply(Response response) {
  if (response.fault != Response::Fault::none) {
    act_out(response.fault);
    co_return;
  }
  if (response.upgrade) {
    auto refused = why_no_upgrade();
    if (!refused) {
      co_await run_upgraded(std::move(response));
      co_return;
    }
    response = std::move(*refused);
  }
  auto* source = source_of(response);
  const auto head = begin_reply(response, source);
  head_.clear();
  append_response_head(head_, head, response.headers);
  out_ = {asio::buffer(head_)};
  const bool bodiless = request_.method == Method::head || has_no_body(response.status);
  if (const auto* text = std::get_if<std::string>(&response.body); text && !bodiless) out_[1] = asio::buffer(*text);
  auto written = write_at_once();
  if (written == Written::part) {
    const bool all = co_await write_rest();
    written = all ? Written::all : Written::broken;
  }
  if (written == Written::all && source && !bodiless) {
    const bool all = co_await stream(*source, head.framing);
    if (!all) written = Written::broken;
  }
  if (written == Written::broken) {
    keep_ = false;
    co_return;
  }
  if (keep_ && !parser_.body_done()) keep_ = co_await drain();
  buffer_.consume(std::exchange(held_, 0));
  if (!keep_ && !aborted_) co_await say_farewell();
}

/// For simulated faults.
void Connection::act_out(Response::Fault fault) {
  keep_ = false;
  error_code ignored;
  if (fault == Response::Fault::reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  else socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

ResponseHead Connection::begin_reply(const Response& response, BodySource* source) {
  ResponseHead head;
  head.status = response.status;
  head.request_id = request_.id;
  head.date = lane_->date();
  if (source) {
    const auto length = source->length();
    head.length = length.value_or(0);
    if (!length) head.framing = parser_.is_http11() ? Framing::chunked : Framing::until_close;
  } else if (const auto* text = std::get_if<std::string>(&response.body)) {
    head.length = text->size();
  }
  if (has_no_body(response.status)) head.framing = Framing::none;
  // A refused request closes without asking the parser, which has no head to judge by.
  keep_ = !response.close && !lane_->stopping() && head.framing != Framing::until_close && parser_.keep_alive() && may_drain();
  if (!keep_) head.persistence = Persistence::close;
  else if (!parser_.is_http11()) head.persistence = Persistence::keep_alive;
  return head;
}

/// False when the source or the connection broke: the answer is then cut off, so that the client can tell.
Task<bool> Connection::stream(BodySource& source, Framing framing) {
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  std::array<char, 20> size_line;
  auto left = source.length();
  while (true) {
    const std::span<char> room(piece.get(), piece_size);
    auto got = co_await source.read(room);
    if (!got || (left && *got > *left)) {
      log::error("response_source_failed", {{"request_id", request_.id}, {"error", got ? "longer than announced" : got.error().detail}});
      co_return false;
    }
    if (*got == 0) break;
    if (left) *left -= *got;
    out_ = {asio::const_buffer(), asio::buffer(piece.get(), *got), asio::const_buffer()};
    if (framing == Framing::chunked) {
      auto* end = std::to_chars(size_line.data(), size_line.data() + 16, *got, 16).ptr;
      *end++ = '\r';
      *end++ = '\n';
      out_[0] = asio::buffer(size_line.data(), static_cast<std::size_t>(end - size_line.data()));
      out_[2] = asio::buffer("\r\n", 2);
    }
    const bool written = co_await write_rest();
    if (!written) co_return false;
  }
  if (left && *left > 0) {
    log::error("response_source_failed", {{"request_id", request_.id}, {"error", "shorter than announced"}});
    co_return false;
  }
  if (framing != Framing::chunked) co_return true;
  out_ = {asio::buffer("0\r\n\r\n", 5)};
  co_return co_await write_rest();
}

/// Offers the socket everything once, without a detour through the event loop: enough for nearly every answer.
Connection::Written Connection::write_at_once() {
  error_code code;
  const auto size = socket_.write_some(out_, code);
  if (code == asio::error::would_block || code == asio::error::try_again) return Written::part;
  if (code) return Written::broken;
  advance(size);
  return asio::buffer_size(out_) == 0 ? Written::all : Written::part;
}

Task<bool> Connection::write_rest() {
  while (asio::buffer_size(out_) > 0) {
    begin_wait(Wait::write, lane_->options().write_timeout);
    auto written = co_await socket_.async_write_some(out_, asio::as_tuple(use_task));
    end_wait();
    const auto& [code, size] = written;
    if (code) co_return false;
    advance(size);
  }
  co_return true;
}

void Connection::advance(std::size_t written) {
  for (auto& buffer : out_) {
    const auto step = std::min(written, buffer.size());
    buffer += step;
    written -= step;
  }
}

}  // namespace wherry::http
