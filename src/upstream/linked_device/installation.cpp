#include "upstream/linked_device/installation.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace wherry::linked {

namespace fs = std::filesystem;

namespace {

constexpr int oldest_node = 20;
constexpr milliseconds version_timeout{10'000};

Error missing(std::string what) { return {ErrorCode::unavailable, "linked devices need " + std::move(what) + "; run ./dev setup linked"}; }

Task<bool> is_new_enough(std::string node) {
  Child::Command ask_version{std::move(node), {"--version"}, {}, "/", Child::Read::output};
  if (const char* path = std::getenv("PATH"))
    ask_version.environment.push_back(std::string("PATH=") + path);  // NOLINT(concurrency-mt-unsafe)
  auto answer = co_await run_child(std::move(ask_version), 100, version_timeout);
  const auto version = answer ? node_version(answer->text) : std::nullopt;
  co_return version && *version >= oldest_node;
}

// What the setup brings where the system's own is too old.
std::vector<std::string> brought_nodes(const std::string& sidecar) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(sidecar + "/runtime/node_modules", ignored)) {
    auto node = entry.path() / "bin/node";
    if (entry.path().filename().string().starts_with("node-linux-") && fs::exists(node, ignored)) found.push_back(node.string());
  }
  return found;
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
  if (sidecar.directory.empty()) co_return missing("the sidecar (linked/), which was not found");
  const auto main = sidecar.directory + "/src/main.mjs";
  if (!fs::exists(main, ignored)) co_return missing("the sidecar, which is not at " + sidecar.directory);
  if (!fs::is_directory(sidecar.directory + "/node_modules/baileys", ignored))
    co_return missing("the sidecar's packages (linked/node_modules)");
  auto candidates = brought_nodes(sidecar.directory);
  candidates.insert(candidates.begin(), sidecar.node);
  for (const auto& node : candidates) {
    const bool fits = co_await is_new_enough(node);
    if (fits) co_return TransportProgram{node, {main}};
  }
  co_return missing("Node.js " + std::to_string(oldest_node) + " or newer");
}

}  // namespace wherry::linked
