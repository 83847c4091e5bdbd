#include "api/sessions/live.h"

#include "api/sessions/errors.h"

namespace wherry::api::sessions {

bool is_connected(const Session& session) { return session.status() == SessionStatus::working; }

http::Response not_connected() { return not_implemented("this needs a connected session"); }

Result<http::Response> live_failure(const Error& error) {
  const bool cut_off = error.code == ErrorCode::conflict || error.code == ErrorCode::upstream_unavailable;
  if (cut_off) return not_connected();
  return error;
}

}  // namespace wherry::api::sessions
