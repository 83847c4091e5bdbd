#pragma once

#include "api/sessions/send_once.h"
#include "api/sessions/send_result.h"

namespace wherry::api::sessions {

/// Something to be sent, made ready only once it is known that it is no repeat.
class Outgoing {
 public:
  virtual ~Outgoing() = default;
  virtual Task<Result<SendRequest>> request() = 0;
  /// Nothing more will be made of it: what was kept for it can go.
  virtual Task<void> let_go() = 0;
  /// What was kept for it goes when that message is finished.
  virtual Task<void> let_go_after(MessageId message) = 0;

 protected:
  static void log_kept(const Error& error);
};

/// Sends it, or puts it in line, at most once under the key, and answers as the contract says: 200 or 202 with the result, "pending" when
/// nobody knows whether it was sent, 409 with the session's status when that is not working, 429 over its budget.
Task<Result<http::Response>> send_out(const SessionsServices& services, Session session, Mode mode, std::optional<std::string> key,
                                      Outgoing& outgoing);

}  // namespace wherry::api::sessions
