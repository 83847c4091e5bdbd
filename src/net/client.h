#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/egress.h"
#include "net/message.h"

namespace wherry::http {

struct ClientRequest {
  Method method = Method::get;
  std::string url;                              ///< http:// or https://, absolute
  Headers headers;                              ///< Host and what frames the message are set by the client; a caller's are left out
  std::string body;
  std::unique_ptr<BodySource> body_source;      ///< instead of `body`
  milliseconds timeout{15'000};                 ///< for everything, from resolving to the last byte of the answer
  milliseconds idle_timeout{10'000};            ///< longest silence while a large body moves; with a body_source or sink `timeout`
                                                ///< bounds only the time without progress
  milliseconds total_timeout{3'600'000};        ///< with a body_source or sink: ends even a body that keeps moving
  std::uint64_t max_response_bytes = 4ull << 20;
  BodySink* sink = nullptr;                     ///< takes the body of a 2xx answer; of another answer `body` gets the first 64 KiB
  const EgressGuard* egress = nullptr;          ///< nullptr: the address is the operator's own choice and is not checked
  unsigned max_redirects = 0;                   ///< GET only; each hop passes the guard; Authorization is dropped on a change of host
  bool reuse_connection = true;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
  std::string final_url;
};

/// Outbound HTTP/1.1 with TLS verification (system roots, SNI, host name) and keep-alive pools per origin and I/O thread.
/// Destroy it before the io_contexts its callers ran on. Never reads proxy settings from the environment; sends User-Agent wherry/VERSION unless given one.
class Client {
 public:
  virtual ~Client() = default;
  /// Errors:
  ///   url_blocked           the egress guard refused the URL or an address it resolves to (before anything was sent)
  ///   invalid_argument      not an http(s) URL
  ///   upstream_unavailable  not reached: DNS, connect, TLS; no byte of the request body was written. Safe to repeat.
  ///   outcome_unknown       the request was (perhaps partly) written and no complete answer came: reset, timeout, garbage
  ///   too_large             the answer is longer than max_response_bytes
  ///   cancelled             the caller was cancelled before anything was written
  ///   or whatever the sink or the body source gave.
  virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

struct ClientOptions {
  std::size_t max_idle_per_origin = 256;
  milliseconds idle_lifetime{20'000};  ///< a pooled connection older than this is not reused
  milliseconds connect_timeout{5'000};
  std::size_t max_idle = 1024;  ///< pooled connections in all
  std::string extra_ca_file;  ///< trusted beside the system's roots, e.g. a private CA
  std::shared_ptr<Resolver> resolver;  ///< nullptr: the system's; used where no guard is
};

std::unique_ptr<Client> make_client(ClientOptions options, const Clock& clock);

}  // namespace wherry::http
