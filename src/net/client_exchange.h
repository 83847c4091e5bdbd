#pragma once

#include <optional>

#include "net/client_connection.h"
#include "net/response_parser.h"

namespace wherry::http {

/// When one request must end: `whole` always, and never later than its patience without progress.
class Deadlines {
 public:
  using Steady = ClientConnection::Steady;
  explicit Deadlines(const ClientRequest& request);

  /// For a step that moves no body: reaching the server, waiting for the head of the answer.
  Steady::time_point of_step() const { return std::min(Steady::now() + timeout_, whole_); }
  /// For the next piece of a body.
  Steady::time_point of_piece() const { return std::min(Steady::now() + idle_, whole_); }
  bool streams() const { return streams_; }

 private:
  bool streams_;
  milliseconds timeout_;
  milliseconds idle_;
  Steady::time_point whole_;
};

/// Whether a header would end its line early and so begin another header or request.
bool has_line_break(const ClientRequest& request);

/// One request and its answer on one connection. Everything given to it outlives it.
class Exchange {
 public:
  Exchange(ClientConnection& connection, ClientRequest& request, const CheckedUrl& url, const Deadlines& deadlines, bool keep_alive)
      : connection_(connection), request_(request), url_(url), deadlines_(deadlines), reusable_(keep_alive) {}

  /// Errors: outcome_unknown, too_large, the sink's or the source's. The peer may have acted on the request in every case.
  Task<Result<void>> run();

  bool answered() const { return answered_; }  ///< at least a byte of the answer came
  bool reusable() const { return reusable_; }
  ResponseParser& answer() { return *parser_; }

 private:
  Task<Result<void>> send();
  Task<Result<void>> send_source();
  Task<Result<void>> receive();
  Result<bool> parse(bool at_end);
  std::string head(std::optional<std::uint64_t> length, bool has_body) const;
  Error broken(std::string why) const;
  void progress();

  ClientConnection& connection_;
  ClientRequest& request_;
  const CheckedUrl& url_;
  const Deadlines& deadlines_;
  std::optional<ResponseParser> parser_;
  bool answered_ = false;
  bool reusable_;
};

}  // namespace wherry::http
