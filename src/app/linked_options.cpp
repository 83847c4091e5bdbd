#include "app/linked_options.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace wherry::app {

namespace fs = std::filesystem;

namespace {

Result<std::optional<linked::TestServer>> test_server(const Config& config) {
  if (config.linked_server_url.empty()) {
    if (config.linked_server_root_key.empty() && config.linked_server_media_ca.empty()) return std::optional<linked::TestServer>();
    return Error{ErrorCode::invalid_argument, "linked_server_root_key and linked_server_media_ca need linked_server_url"};
  }
  linked::TestServer server{config.linked_server_url, config.linked_server_root_key, {}};
  if (config.linked_server_media_ca.empty()) return std::optional(std::move(server));
  std::ifstream file(config.linked_server_media_ca);
  server.media_ca.assign(std::istreambuf_iterator<char>(file), {});
  if (!file || server.media_ca.empty()) return Error{ErrorCode::not_found, "cannot read " + config.linked_server_media_ca};
  return std::optional(std::move(server));
}

std::string program_directory() {
  std::error_code failure;
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  return failure ? std::string() : program.parent_path().string();
}

}  // namespace

std::string find_sidecar(const std::string& directory) {
  if (directory.empty()) return {};
  // Beside the program, where packages put it, and in the tree that build/PRESET/ is part of.
  for (const auto* place : {"linked", "../share/wherry/linked", "../../linked"}) {
    const auto path = (fs::path(directory) / place).lexically_normal();
    std::error_code ignored;
    if (fs::exists(path / "src/main.mjs", ignored)) return path.string();
  }
  return {};
}

Result<linked::LinkedOptions> linked_options(const Config& config, Executor executor) {
  const auto& given = config.linked_directory;
  linked::NodeSidecar sidecar{config.linked_node, given.empty() ? find_sidecar(program_directory()) : fs::absolute(given).string()};
  linked::LinkedOptions options{std::move(executor), fs::absolute(config.data_dir + "/linked").lexically_normal().string(),
                                std::move(sidecar)};
  TRY(options.server, test_server(config));
  options.sessions_per_process = config.linked_sessions_per_process;
  options.max_processes = config.linked_max_sessions / config.linked_sessions_per_process + 1;
  options.max_resident_bytes = std::uint64_t{config.linked_process_mib} << 20;
  options.ack_timeout = config.linked_ack_timeout;
  options.stop_grace = milliseconds(3'000);  // twice this is within the time a gateway has to end
  return options;
}

SessionsOptions sessions_options(const Config& config) {
  SessionsOptions options;
  options.device_name = config.linked_device_name;
  options.most = config.linked_max_sessions;
  return options;
}

}  // namespace wherry::app
