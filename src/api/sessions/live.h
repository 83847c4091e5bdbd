#pragma once

#include "api/sessions/guard.h"

namespace wherry::api::sessions {

/// Whether a live question can be asked: the session is connected. Nothing asked of one that is not is waited for.
bool is_connected(const Session& session);
/// 501, as the contract has it for live questions to a session that is not connected.
http::Response not_connected();

/// What a failed live question is answered: 501 when the session was not connected after all, else the error.
Result<http::Response> live_failure(const Error& error);

}  // namespace wherry::api::sessions
