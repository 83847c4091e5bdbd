// The only file that sees Beast's WebSocket templates.
#include "net/websocket_beast.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/write.hpp>

#include "net/connection.h"

namespace wherry::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t message_buffer = 32 * 1024;  // only inside a longer message

Error closed_error() { return {ErrorCode::cancelled, "The WebSocket is closed."}; }

/// RFC 6455, section 7.4.2: what a peer may close with. Beast also takes the codes from 1012 on and those above 4999, and sends them back.
bool may_be_sent(std::uint16_t code) {
  const bool of_the_protocol = code >= 1000 && code <= 1011 && code != 1004 && code != 1005 && code != 1006;
  return of_the_protocol || (code >= 3000 && code <= 4999);
}

Error read_error(const error_code& code) {
  if (code == ws::error::message_too_big || code == ws::error::buffer_overflow) return {ErrorCode::too_large, "The message is too large."};
  if (code == ws::condition::protocol_violation) return {ErrorCode::invalid_argument, "The peer broke the protocol.", code.message()};
  return {ErrorCode::cancelled, "The WebSocket is closed.", code.message()};
}

}  // namespace

BeastSession::BeastSession(std::shared_ptr<Lane> lane, Socket socket, std::string received, const WebSocketOptions& options)
    : lane_(std::move(lane)), options_(options), queue_(options.queue_limit), heard_(coarse_now()), pinged_(heard_) {
  stream_.emplace(std::move(socket), std::move(received));
  stream_->auto_fragment(false);
  stream_->read_message_max(options_.message_limit);
  stream_->text(true);
  stream_->next_layer().on_teardown([this] {
    if (!close_deadline_) close_deadline_ = coarse_now() + options_.close_timeout;
    open_ = false;
    closing_ = true;
  });
  stream_->control_callback([this](ws::frame_type type, beast::string_view) {
    heard_ = coarse_now();
    const auto code = stream_->reason().code;
    const bool closes = type == ws::frame_type::close && code != ws::close_code::none;
    if (closes && !may_be_sent(code)) stream_->next_layer().replace_close(code, ws::close_code::protocol_error);
  });
}

Task<bool> BeastSession::accept(std::string key, Headers fields) {
  namespace field = beast::http;
  field::request<field::empty_body> request(field::verb::get, "/", 11);
  request.set(field::field::host, "localhost");  // the real request has been checked; this one only carries the key
  request.set(field::field::connection, "Upgrade");
  request.set(field::field::upgrade, "websocket");
  request.set(field::field::sec_websocket_version, "13");
  request.set(field::field::sec_websocket_key, key);
  const auto decorate = [&fields](ws::response_type& response) {
    for (std::size_t i = 0; i < fields.size(); ++i) response.insert(fields.name_at(i), fields.value_at(i));
    response.set(field::field::server, "wherry");
  };
  stream_->set_option(ws::stream_base::decorator(decorate));
  close_deadline_ = coarse_now() + options_.write_timeout;
  auto accepted = co_await stream_->async_accept(request, asio::as_tuple(use_task));
  const auto& [code] = accepted;
  if (!dead_) close_deadline_.reset();
  stream_->set_option(ws::stream_base::decorator([](ws::response_type&) {}));
  co_return !code && !dead_;
}

asio::mutable_buffer BeastSession::room() {
  if (!inside_message_) return asio::buffer(small_);
  if (!large_) large_ = std::make_unique_for_overwrite<char[]>(message_buffer);
  return asio::buffer(large_.get(), message_buffer);
}

Task<Result<WebSocket::Piece>> BeastSession::read() {
  if (dead_) co_return closed_error();
  if (!inside_message_) large_.reset();
  const auto into = room();
  heard_ = coarse_now();  // silence counts only while somebody listens
  reading_ = true;
  auto received = co_await stream_->async_read_some(into, asio::as_tuple(use_task));
  const auto& [code, size] = received;
  reading_ = false;
  heard_ = coarse_now();
  if (code) {
    open_ = false;
    co_return read_error(code);
  }
  Piece piece;
  piece.bytes = std::string_view(static_cast<const char*>(into.data()), size);
  piece.end_of_message = stream_->is_message_done();
  piece.is_text = stream_->got_text();
  inside_message_ = !piece.end_of_message;
  auto wrong = judge(piece);
  if (wrong) co_return std::move(*wrong);
  co_return piece;
}

/// What Beast leaves to us.
std::optional<Error> BeastSession::judge(Piece& piece) {
  if (!piece.is_text) {
    if (options_.accepts == WebSocketOptions::Accepts::text_and_binary) return std::nullopt;
    begin_close(CloseCode::unsupported_data, "only text is taken here");
    return Error(ErrorCode::invalid_argument, "Only text is taken here.");
  }
  tail_.feed(piece.bytes);
  if (!piece.end_of_message) return std::nullopt;
  const bool whole = tail_.complete();
  tail_ = Utf8Tail();
  if (whole) return std::nullopt;
  begin_close(CloseCode::invalid_payload, {});  // an empty last fragment behind half a character
  return Error(ErrorCode::invalid_argument, "The text is not UTF-8.");
}

Result<void> BeastSession::reserve(std::size_t size) {
  if (!open_) return closed_error();
  if (queue_.reserve(size)) return {};
  const bool first = open_.exchange(false);
  if (first) asio::post(lane_->executor(), [self = shared_from_this()] { self->evict(); });
  return Error(ErrorCode::unavailable, "The WebSocket's client is too slow.");
}

Result<void> BeastSession::send(std::string text) {
  TRY_VOID(reserve(text.size()));
  Message message{std::move(text), {}};
  asio::dispatch(lane_->executor(),
                 [self = shared_from_this(), message = std::move(message)]() mutable { self->enqueue(std::move(message)); });
  return {};
}

Task<Result<void>> BeastSession::write(std::string text) {
  CO_TRY_VOID(reserve(text.size()));
  auto self = shared_from_this();
  auto start = [&self, &text](Completion<Result<void>> done) {
    Message message{std::move(text), std::move(done)};
    auto put = [self, message = std::move(message)]() mutable { self->enqueue(std::move(message)); };
    asio::dispatch(self->lane_->executor(), std::move(put));
  };
  co_return co_await await_completion<Result<void>>(start);
}

void BeastSession::enqueue(Message message) {
  queue_.put(std::move(message));
  if (dead_ || closing_) drop_queue();
  else pump();
}

void BeastSession::pump() {
  if (writing_ || dead_ || closing_) return;
  if (queue_.empty()) {
    if (goodbye_) start_close();
    return;
  }
  writing_ = true;
  ++running_;
  write_deadline_ = coarse_now() + options_.write_timeout;
  stream_->async_write(asio::buffer(queue_.front()), [self = shared_from_this()](const error_code& code, std::size_t) {
    self->written(code);
    self->end_operation();
  });
}

void BeastSession::written(const error_code& code) {
  writing_ = false;
  queue_.finish_front(code ? Result<void>(closed_error()) : Result<void>());
  if (code || dead_ || closing_) {
    open_ = false;
    drop_queue();
    return;
  }
  pump();
}

/// What is being written stays: its buffer is in use.
void BeastSession::drop_queue() { queue_.drop_behind(writing_ ? 1 : 0, closed_error()); }

void BeastSession::close(CloseCode code, std::string_view reason) {
  if (!open_.exchange(false)) return;
  auto begin = [self = shared_from_this(), code, text = std::string(reason)]() mutable { self->begin_close(code, std::move(text)); };
  asio::dispatch(lane_->executor(), std::move(begin));
}

void BeastSession::begin_close(CloseCode code, std::string reason) {
  open_ = false;
  if (goodbye_ || dead_ || closing_) return;
  constexpr std::size_t longest_reason = 123;
  reason.resize(std::min(reason.size(), longest_reason));
  goodbye_ = ws::close_reason(static_cast<ws::close_code>(code), beast::string_view(reason));
  close_deadline_ = coarse_now() + options_.close_timeout;
  pump();
}

void BeastSession::start_close() {
  closing_ = true;
  ++running_;
  stream_->async_close(*goodbye_, [self = shared_from_this()](const error_code&) { self->end_operation(); });
}

void BeastSession::ping() {
  pinged_ = coarse_now();
  if (pinging_) return;
  pinging_ = true;
  ++running_;
  stream_->async_ping({}, [self = shared_from_this()](const error_code&) {
    self->pinging_ = false;
    self->end_operation();
  });
}

void BeastSession::sweep(Instant now) {
  if (dead_) return;
  if (close_deadline_ && now >= *close_deadline_) return abort();
  if (writing_ && now >= write_deadline_) return evict();
  if (closing_) return;
  if (reading_ && now - heard_ >= 2 * options_.ping_interval) {
    lane_->counters().timeouts.fetch_add(1, std::memory_order_relaxed);
    return abort();
  }
  if (now - pinged_ >= options_.ping_interval) ping();
}

void BeastSession::evict() {
  if (dead_) return;
  lane_->counters().slow_consumers.fetch_add(1, std::memory_order_relaxed);
  stream_->next_layer().forget_unsent();
  abort();
}

void BeastSession::abort() {
  if (dead_) return;
  dead_ = true;
  open_ = false;
  stream_->next_layer().close();
  drop_queue();
}

void BeastSession::end_operation() {
  if (--running_ == 0 && finished_) finished_.complete(0);
}

Task<void> BeastSession::finish(CloseCode code) {
  begin_close(code, {});
  if (running_ > 0) {
    auto start = [this](Completion<int> done) { finished_ = std::move(done); };
    co_await await_completion<int>(start);
  }
  abort();
  stream_.reset();
}

std::shared_ptr<WebSocketSession> make_websocket_session(std::shared_ptr<Lane> lane, Socket socket, std::string received,
                                                         const WebSocketOptions& options) {
  return std::make_shared<BeastSession>(std::move(lane), std::move(socket), std::move(received), options);
}

}  // namespace wherry::http
