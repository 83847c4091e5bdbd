#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/task.h"

namespace wherry::linked {

/// The sidecar that comes with Wherry.
struct NodeSidecar {
  std::string node = "node";     ///< the program, found through PATH; where it is older than 20, the one in directory/runtime is used
  std::string directory;         ///< absolute, of linked/: src/main.mjs and node_modules are in it; empty: it was not found
};

/// Another transport that speaks the protocol.
struct TransportCommand {
  std::string program;
  std::vector<std::string> arguments;  ///< `--socket PATH` is added
};

/// A WhatsApp of one's own, for tests.
struct TestServer {
  std::string url;               ///< wss:// or ws://
  std::string root_key;          ///< hex; empty: WhatsApp's
  std::string media_ca;          ///< PEM; empty: the system's
};

/// What the application passes.
struct LinkedOptions {
  Executor executor;                               ///< everything runs on this one I/O thread
  std::string directory;                           ///< absolute, below the data directory; each process has a folder in it
  std::variant<NodeSidecar, TransportCommand> transport;
  std::optional<TestServer> server = {};
  std::uint32_t sessions_per_process = 50;
  std::uint32_t max_processes = 40;
  std::uint64_t max_resident_bytes = 1ull << 30;   ///< a process beyond it is replaced in good order
  std::uint64_t max_media_bytes = 100ull << 20;
  milliseconds ack_timeout{30'000};                ///< until a send without an acknowledgement is unknown
  milliseconds start_spread{250};                  ///< between the starts of two sessions of a process
  milliseconds hello_timeout{15'000};
  milliseconds ping_interval{5'000};
  milliseconds ping_timeout{10'000};
  milliseconds health_timeout{30'000};             ///< without a report of the process
  milliseconds frame_timeout{180'000};             ///< without a word from WhatsApp to a working session
  milliseconds stop_grace{5'000};                  ///< until a process that was asked to end is killed
  milliseconds first_backoff{1'000}, max_backoff{60'000};
  milliseconds idle_linger{30'000};                ///< until a process without a session ends
};

}  // namespace wherry::linked
