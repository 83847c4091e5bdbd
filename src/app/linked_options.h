#pragma once

#include "app/config.h"
#include "base/task.h"
#include "services/sessions/sessions.h"
#include "upstream/linked_device/options.h"

namespace wherry::app {

/// How linked devices are run. Without a sidecar they are not, and whoever starts a session hears why.
/// Errors: invalid_argument (the test server's settings do not belong together), not_found (its PEM file).
Result<linked::LinkedOptions> linked_options(const Config& config, Executor executor);

SessionsOptions sessions_options(const Config& config);

/// Where the sidecar of a program in this directory is, absolute; empty: nowhere.
std::string find_sidecar(const std::string& program_directory);

}  // namespace wherry::app
