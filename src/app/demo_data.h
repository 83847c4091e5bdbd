#pragma once

#include <string>

#include "app/core.h"

namespace wherry::app {

/// The demo's own tenant, channel and keys. Kept over restarts: the keys in DIR/demo.json (0600).
struct DemoData {
  Tenant tenant;
  ChannelPtr channel;
  std::string api_key;      ///< of Pipes
  std::string magpipe_key;
  std::string sessions_key;
};

/// Finds what an earlier demo made in this data directory, or makes it. Errors: unavailable, internal.
Task<Result<DemoData>> prepare_demo_data(Core& core, std::string data_dir);

}  // namespace wherry::app
