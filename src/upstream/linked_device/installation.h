#pragma once

#include "upstream/linked_device/options.h"
#include "upstream/linked_device/process.h"

namespace wherry::linked {

/// Looks whether the transport can be started here, and how. Errors: unavailable, naming what is missing and the command that installs it.
Task<Result<TransportProgram>> find_transport(const LinkedOptions& options);

/// The major version in what `node --version` says: "v20.20.2"; nullopt: none.
std::optional<int> node_version(std::string_view text);

}  // namespace wherry::linked
