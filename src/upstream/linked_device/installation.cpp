#include "upstream/linked_device/installation.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace wherry::linked {

namespace fs = std::filesystem;

namespace {

constexpr int oldest_node = 20;
constexpr milliseconds version_timeout{10'000};

Error missing(std::string what) {
  return {ErrorCode::unavailable, "linked devices need " + std::move(what) + "; run ./dev setup --linked"};
}

}  // namespace

std::optional<int> node_version(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  int major = 0;
  const auto read = std::from_chars(text.data() + 1, text.data() + text.size(), major);
  if (read.ec != std::errc() || read.ptr == text.data() + text.size() || *read.ptr != '.') return std::nullopt;
  return major;
}

Task<Result<TransportProgram>> find_transport(const LinkedOptions& options) {
  if (const auto* command = std::get_if<TransportCommand>(&options.transport))
    co_return TransportProgram{command->program, command->arguments};
  const auto& sidecar = std::get<NodeSidecar>(options.transport);
  std::error_code ignored;
  const auto main = sidecar.directory + "/src/main.mjs";
  if (!fs::exists(main, ignored)) co_return missing("the sidecar, which is not at " + sidecar.directory);
  if (!fs::is_directory(sidecar.directory + "/node_modules/baileys", ignored))
    co_return missing("the sidecar's packages (linked/node_modules)");
  Child::Command ask_version{sidecar.node, {"--version"}, {}, "/", Child::Read::output};
  if (const char* path = std::getenv("PATH"))
    ask_version.environment.push_back(std::string("PATH=") + path);  // NOLINT(concurrency-mt-unsafe)
  auto answer = co_await run_child(std::move(ask_version), 100, version_timeout);
  const auto version = answer ? node_version(answer->text) : std::nullopt;
  if (!version || *version < oldest_node) co_return missing("Node.js " + std::to_string(oldest_node) + " or newer");
  co_return TransportProgram{sidecar.node, {main}};
}

}  // namespace wherry::linked
