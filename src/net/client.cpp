#include "net/client.h"

#include <algorithm>
#include <boost/asio/ssl/context.hpp>

#include "base/log.h"
#include "net/before.h"
#include "net/client_connection.h"
#include "net/client_exchange.h"
#include "net/client_pool.h"
#include "net/resolver.h"
#include "net/url.h"

namespace wherry::http {

namespace {

namespace ssl = boost::asio::ssl;
using Steady = ClientConnection::Steady;

Error too_slow() { return {ErrorCode::upstream_unavailable, "the server cannot be reached", "resolving the name timed out"}; }

/// Whether a pooled connection ends at an address that was checked just now: the name may lead elsewhere since it was opened.
bool leads_to(const ClientConnection& connection, const std::vector<IpAddress>& addresses) {
  return std::find(addresses.begin(), addresses.end(), connection.peer()) != addresses.end();
}

/// Closes a connection that is not given back, also when its coroutine is cancelled.
class Borrowed {
 public:
  explicit Borrowed(std::shared_ptr<ClientConnection> connection) : connection_(std::move(connection)) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (connection_) connection_->close();
  }
  ClientConnection& operator*() const { return *connection_; }
  ClientConnection* operator->() const { return connection_.get(); }
  std::shared_ptr<ClientConnection> keep() { return std::move(connection_); }

 private:
  std::shared_ptr<ClientConnection> connection_;
};

class PooledClient final : public Client {
 public:
  explicit PooledClient(ClientOptions options)
      : options_(std::move(options)),
        pool_(options_),
        resolver_(options_.resolver ? options_.resolver : std::shared_ptr<Resolver>(make_system_resolver())),
        tls_(ssl::context::tls_client) {
    tls_.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    ::SSL_CTX_set_mode(tls_.native_handle(), SSL_MODE_RELEASE_BUFFERS);  // an idle connection holds no record buffers
    boost::system::error_code failure;
    tls_.set_default_verify_paths(failure);
    if (options_.extra_ca_file.empty()) return;
    tls_.load_verify_file(options_.extra_ca_file, failure);
    if (failure) log::error("ca_file_unreadable", {{"file", options_.extra_ca_file}, {"error", failure.message()}});
  }

  Task<Result<ClientResponse>> send(ClientRequest request) override;

 private:
  struct Destination {
    CheckedUrl url;
    std::vector<IpAddress> addresses;  ///< empty: resolve when a fresh connection is needed
  };
  Task<Result<Destination>> find_destination(const EgressGuard* guard, std::string url, Steady::time_point deadline);
  Task<Result<ClientResponse>> send_once(ClientRequest& request, const Destination& destination, const Deadlines& deadlines);
  Task<Result<std::shared_ptr<ClientConnection>>> connect(const Destination& destination, Steady::time_point deadline);

  ClientOptions options_;
  ClientPool pool_;
  std::shared_ptr<Resolver> resolver_;  // may be the caller's
  ssl::context tls_;
};

Task<Result<PooledClient::Destination>> PooledClient::find_destination(const EgressGuard* guard, std::string url,
                                                                       Steady::time_point deadline) {
  Destination destination;
  if (guard == nullptr) {
    auto parsed = parse_strict_url(url);
    if (!parsed) co_return Error{ErrorCode::invalid_argument, "not an http(s) URL", parsed.error().message};
    destination.url = std::move(*parsed);
    co_return destination;
  }
  auto check = guard->check(std::move(url));
  CO_TRY(auto target, co_await before(deadline, std::move(check), too_slow()));
  destination.url = std::move(target.url);
  destination.addresses = std::move(target.addresses);
  co_return destination;
}

Task<Result<std::shared_ptr<ClientConnection>>> PooledClient::connect(const Destination& destination, Steady::time_point deadline) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto addresses = destination.addresses;
  if (auto literal = literal_address(destination.url.host)) addresses = {*literal};
  if (addresses.empty()) {
    auto resolving = resolver_->resolve(destination.url.host);
    CO_TRY(addresses, co_await before(deadline, std::move(resolving), too_slow()));
  }
  auto patience = std::min(deadline, Steady::now() + options_.connect_timeout);
  auto connection = std::make_shared<ClientConnection>(executor);
  CO_TRY_VOID(co_await connection->connect(std::move(addresses), destination.url.port, patience));
  if (destination.url.tls) {
    patience = std::min(deadline, Steady::now() + options_.connect_timeout);
    CO_TRY_VOID(co_await connection->shake_hands(tls_, destination.url.host, patience));
  }
  co_return connection;
}

Task<Result<ClientResponse>> PooledClient::send_once(ClientRequest& request, const Destination& destination, const Deadlines& deadlines) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto& url = destination.url;
  const bool pooled = request.reuse_connection;
  auto origin = (url.tls ? "s" : "p") + host_header(url);
  if (request.egress != nullptr) origin += "#" + std::to_string(request.egress->id());
  auto found = pooled ? pool_.take(executor, origin) : nullptr;
  if (found && request.egress != nullptr && !leads_to(*found, destination.addresses)) {
    found->close();
    found = nullptr;
  }
  const bool reused = found != nullptr;
  if (!found) {
    const auto deadline = deadlines.of_step();
    CO_TRY(found, co_await connect(destination, deadline));
  }
  Borrowed connection(std::move(found));
  Exchange exchange(*connection, request, url, deadlines, pooled);
  auto done = co_await exchange.run();
  if (!done) {
    const bool repeatable = (request.method == Method::get || request.method == Method::head) && !request.body_source;
    const bool went_stale = reused && !exchange.answered() && !connection->timed_out() && done.error().code == ErrorCode::outcome_unknown;
    if (!repeatable || !went_stale) co_return done.error();
    request.reuse_connection = false;
    co_return co_await send_once(request, destination, deadlines);
  }
  if (exchange.reusable()) pool_.give(executor, origin, connection.keep());
  ClientResponse response;
  response.status = exchange.answer().status;
  response.headers = std::move(exchange.answer().headers);
  response.body = std::move(exchange.answer().body);
  co_return response;
}

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

Task<Result<ClientResponse>> PooledClient::send(ClientRequest request) {
  if (has_line_break(request)) co_return Error{ErrorCode::invalid_argument, "a header holds a line break"};
  const Deadlines deadlines(request);
  auto url = request.url;
  for (unsigned hops = 0;; ++hops) {
    const auto deadline = deadlines.of_step();
    CO_TRY(auto destination, co_await find_destination(request.egress, url, deadline));
    CO_TRY(auto response, co_await send_once(request, destination, deadlines));
    response.final_url = url;
    const bool follow = request.max_redirects > 0 && request.method == Method::get && is_redirect(response.status);
    if (!follow) co_return response;
    if (hops == request.max_redirects) co_return Error{ErrorCode::fetch_failed, "too many redirects"};
    const auto location = response.headers.find("Location");
    if (!location) co_return Error{ErrorCode::fetch_failed, "a redirect without a Location"};
    url = resolve_reference(destination.url, *location);
    const auto next = parse_strict_url(url);
    if (!next || !same_origin(*next, destination.url)) {
      request.headers.remove("Authorization");
      request.headers.remove("Cookie");
    }
  }
}

}  // namespace

std::unique_ptr<Client> make_client(ClientOptions options, const Clock&) { return std::make_unique<PooledClient>(std::move(options)); }

}  // namespace wherry::http
