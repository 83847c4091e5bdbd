#pragma once

#include <string>

#include "base/task.h"
#include "net/client.h"

namespace wherry::sim {

/// Asks a callback to prove itself: GET with hub.mode, hub.challenge and hub.verify_token; it must answer 200 with the bare challenge.
/// Errors: rejected, with what it did instead. Source: Cloud API contract 8.1.
Task<Result<void>> verify_callback(http::Client& client, std::string url, std::string verify_token, std::string challenge);

}  // namespace wherry::sim
