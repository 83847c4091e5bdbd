#include "net/client.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/error.hpp>

#include "net/client_connection.h"
#include "net/client_pool.h"
#include "net/response_parser.h"
#include "net/url.h"

namespace wherry::http {

namespace {

namespace beast = boost::beast;
using Steady = ClientConnection::Steady;

constexpr std::size_t upload_piece = 64 * 1024;

std::string request_head(const ClientRequest& request, const CheckedUrl& url, std::optional<std::uint64_t> length, bool has_body) {
  std::string head;
  head.reserve(512);
  head.append(to_string(request.method)).append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(host_header(url)).append("\r\n");
  if (!request.headers.find("User-Agent")) head.append("User-Agent: wherry/" WHERRY_VERSION "\r\n");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    head.append(request.headers.name_at(i)).append(": ").append(request.headers.value_at(i)).append("\r\n");
  }
  if (has_body && !length) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (has_body || request.method == Method::post || request.method == Method::put || request.method == Method::patch) {
    head.append("Content-Length: ").append(std::to_string(length.value_or(0))).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

// A line break in a header would let its writer add headers or a second request.
bool has_line_break(const ClientRequest& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    for (const auto text : {request.headers.name_at(i), request.headers.value_at(i)}) {
      if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return true;
    }
  }
  return false;
}

/// One request on one connection.
struct Exchange {
  ClientConnection& connection;
  ClientRequest& request;
  const CheckedUrl& url;
  std::optional<ResponseParser> parser;
  bool wrote = false;       ///< from here on the peer may have acted
  bool answered = false;    ///< a byte of the answer came
  bool reusable = true;

  void progress() {
    if (request.body_source || request.sink != nullptr) connection.set_deadline(Steady::now() + request.idle_timeout);
  }
  Error broken(std::string why) const {
    if (connection.timed_out()) why = "timed out: " + why;
    if (wrote) return {ErrorCode::outcome_unknown, "no answer came from the server", std::move(why)};
    return {ErrorCode::upstream_unavailable, "the server cannot be reached", std::move(why)};
  }
  Task<Result<void>> send();
  Task<Result<void>> send_source();
  Task<Result<void>> receive();
  Result<bool> parse(bool at_end);
};

Task<Result<void>> Exchange::send() {
  const bool streamed = request.body_source != nullptr;
  const auto length = streamed ? request.body_source->length() : std::optional<std::uint64_t>(request.body.size());
  const auto head = request_head(request, url, length, streamed || !request.body.empty());
  wrote = true;
  auto failure = co_await connection.write(head, request.body);
  if (failure) co_return broken("write: " + failure.message());
  if (!streamed) co_return Result<void>();
  co_return co_await send_source();
}

Task<Result<void>> Exchange::send_source() {
  const bool chunked = !request.body_source->length();
  std::uint64_t left = request.body_source->length().value_or(0);
  std::vector<char> piece(upload_piece);
  while (true) {
    if (connection.has_news()) {
      // An early answer, most likely a refusal: stop sending and read it.
      reusable = false;
      co_return Result<void>();
    }
    auto filled = co_await request.body_source->read(piece);
    if (!filled) co_return filled.error();
    const std::string_view bytes(piece.data(), *filled);
    if (!chunked && bytes.size() > left) co_return Error{ErrorCode::internal, "a body is longer than it said"};
    left -= chunked ? 0 : bytes.size();
    std::string frame;
    if (chunked) {
      char size[24];
      std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
      frame = size;
      frame.append(bytes).append("\r\n");
    }
    const std::string_view framed = chunked ? std::string_view(frame) : bytes;
    auto failure = co_await connection.write(framed, std::string_view());
    if (failure) {
      reusable = false;
      co_return Result<void>();  // the peer may have answered before it closed: receive() finds out
    }
    progress();
    if (bytes.empty()) break;
    if (!chunked && left == 0) break;
  }
  if (left > 0) co_return Error{ErrorCode::internal, "a body is shorter than it said"};
  co_return Result<void>();
}

// True when the answer is complete.
Result<bool> Exchange::parse(bool at_end) {
  beast::error_code failure;
  auto& buffer = connection.buffer();
  while (buffer.size() > 0 && !parser->is_done()) {
    const auto used = parser->put(buffer.data(), failure);
    buffer.consume(used);
    if (parser->failure) return *parser->failure;
    if (failure == beast::http::error::need_more) break;
    if (failure) return broken("answer: " + failure.message());
    if (used == 0 && !parser->is_done()) break;
  }
  if (at_end && !parser->is_done()) {
    failure.clear();
    parser->put_eof(failure);
    if (failure) return broken("the answer was cut off");
    reusable = false;
  }
  return parser->is_done();
}

Task<Result<void>> Exchange::receive() {
  parser->eager(true);
  if (request.method == Method::head) parser->skip(true);
  while (true) {
    CO_TRY(const bool complete, parse(false));
    if (complete) break;
    auto failure = co_await connection.read_more();
    answered = answered || connection.buffer().size() > 0;
    if (failure == boost::asio::error::eof) {
      if (!answered) co_return broken("the connection was closed");
      CO_TRY(const bool ended, parse(true));
      if (!ended) co_return broken("the answer was cut off");
      break;
    }
    if (failure) co_return broken("read: " + failure.message());
    progress();
  }
  reusable = reusable && parser->keep_alive() && connection.buffer().size() == 0;
  co_return Result<void>();
}

class PooledClient final : public Client {
 public:
  explicit PooledClient(ClientOptions options)
      : options_(std::move(options)), pool_(options_), resolver_(make_system_resolver()), tls_(boost::asio::ssl::context::tls_client) {
    tls_.set_options(boost::asio::ssl::context::default_workarounds | boost::asio::ssl::context::no_tlsv1 | boost::asio::ssl::context::no_tlsv1_1);
    boost::system::error_code ignored;
    tls_.set_default_verify_paths(ignored);
    if (!options_.extra_ca_file.empty()) tls_.load_verify_file(options_.extra_ca_file);
  }

  Task<Result<ClientResponse>> send(ClientRequest request) override;

 private:
  struct Destination {
    CheckedUrl url;
    std::vector<IpAddress> addresses;  ///< empty: resolve when a fresh connection is needed
  };
  Task<Result<Destination>> find_destination(const ClientRequest& request, std::string url);
  Task<Result<ClientResponse>> send_once(ClientRequest& request, const Destination& destination);
  Task<Result<std::shared_ptr<ClientConnection>>> connect(const Destination& destination, milliseconds timeout);

  ClientOptions options_;
  ClientPool pool_;
  std::unique_ptr<Resolver> resolver_;
  boost::asio::ssl::context tls_;
};

Task<Result<PooledClient::Destination>> PooledClient::find_destination(const ClientRequest& request, std::string url) {
  Destination destination;
  if (request.egress == nullptr) {
    CO_TRY(destination.url, parse_url(url));
    co_return destination;
  }
  CO_TRY(auto target, co_await request.egress->check(std::move(url)));
  destination.url = std::move(target.url);
  destination.addresses = std::move(target.addresses);
  co_return destination;
}

Task<Result<std::shared_ptr<ClientConnection>>> PooledClient::connect(const Destination& destination, milliseconds timeout) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto addresses = destination.addresses;
  if (addresses.empty()) {
    CO_TRY(addresses, co_await resolver_->resolve(destination.url.host));
  }
  const auto patience = std::min(timeout, options_.connect_timeout);
  auto connection = std::make_shared<ClientConnection>(executor);
  CO_TRY_VOID(co_await connection->connect(std::move(addresses), destination.url.port, patience));
  if (destination.url.tls) {
    CO_TRY_VOID(co_await connection->shake_hands(tls_, destination.url.host, patience));
  }
  co_return connection;
}

Task<Result<ClientResponse>> PooledClient::send_once(ClientRequest& request, const Destination& destination) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto& url = destination.url;
  // A guarded request never takes a pooled connection: its address was checked just now, the pooled one's long ago.
  const bool pooled = request.reuse_connection && request.egress == nullptr;
  const auto origin = (url.tls ? "s" : "p") + host_header(url);
  auto connection = pooled ? pool_.take(executor, origin) : nullptr;
  const bool reused = connection != nullptr;
  if (!connection) {
    CO_TRY(connection, co_await connect(destination, request.timeout));
  }
  connection->set_deadline(Steady::now() + request.timeout);
  Exchange exchange{*connection, request, url, {}};
  exchange.parser.emplace(request.max_response_bytes, request.sink);
  auto done = co_await exchange.send();
  if (done) {
    done = co_await exchange.receive();
    while (done && exchange.parser->informational()) {
      exchange.parser.emplace(request.max_response_bytes, request.sink);
      done = co_await exchange.receive();
    }
  }
  if (!done) {
    connection->close();
    const bool repeatable = request.method == Method::get || request.method == Method::head;
    if (reused && repeatable && !exchange.answered && done.error().code == ErrorCode::outcome_unknown && !connection->timed_out()) {
      request.reuse_connection = false;
      co_return co_await send_once(request, destination);
    }
    co_return done.error();
  }
  if (exchange.reusable && pooled) {
    pool_.give(executor, origin, connection);
  } else {
    connection->close();
  }
  ClientResponse response;
  response.status = exchange.parser->status;
  response.headers = std::move(exchange.parser->headers);
  response.body = std::move(exchange.parser->body);
  co_return response;
}

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

Task<Result<ClientResponse>> PooledClient::send(ClientRequest request) {
  if (has_line_break(request)) co_return Error{ErrorCode::invalid_argument, "a header holds a line break"};
  auto url = request.url;
  for (unsigned hops = 0;; ++hops) {
    CO_TRY(auto destination, co_await find_destination(request, url));
    CO_TRY(auto response, co_await send_once(request, destination));
    response.final_url = url;
    const bool follow = request.max_redirects > 0 && request.method == Method::get && is_redirect(response.status);
    if (!follow) co_return response;
    if (hops == request.max_redirects) co_return Error{ErrorCode::fetch_failed, "too many redirects"};
    const auto location = response.headers.find("Location");
    if (!location) co_return Error{ErrorCode::fetch_failed, "a redirect without a Location"};
    CO_TRY(auto next, resolve_location(destination.url, *location));
    const auto before = host_header(destination.url);
    auto next_url = parse_url(next);
    if (!next_url || host_header(*next_url) != before || next_url->tls != destination.url.tls) {
      request.headers.remove("Authorization");
      request.headers.remove("Cookie");
    }
    url = std::move(next);
  }
}

}  // namespace

std::unique_ptr<Client> make_client(ClientOptions options, const Clock&) { return std::make_unique<PooledClient>(std::move(options)); }

}  // namespace wherry::http
