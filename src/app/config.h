#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"

namespace wherry::app {

/// Everything an operator can set. Declared once more in settings.cpp with name, help, unit and check.
struct Config {
  std::string data_dir = "data";
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::uint32_t io_threads = 0;  ///< 0: one less than the machine's cores, at least one
  std::string log_level = "info";
  Secret admin_key;              ///< empty: kept in DATA_DIR/admin.key
  Secret master_key;             ///< 64 hex digits; empty: kept in DATA_DIR/master.key
  std::string graph_url = "https://graph.facebook.com";
  std::string graph_version = "v23.0";
  std::string meta_app_id;       ///< empty: codes of the embedded sign-up are not exchanged
  Secret meta_app_secret;
  std::string meta_login_config;
  std::string ca_file;
  std::string public_url;
  std::string egress_allow;
  std::string egress_ports = "80,443,8080,8443";
  bool media_urls_https_only = true;
  bool pepipost_late_refusals = false;
  milliseconds answer_within{20'000};
  std::uint32_t max_waiting = 50'000;
  std::uint32_t default_rate_per_min = 20;
  std::uint32_t default_rate_per_hour = 200;
  std::uint32_t max_connections = 20'000;
  std::uint32_t header_limit = 16 * 1024;
  milliseconds header_timeout{10'000};
  milliseconds body_idle_timeout{20'000};
  milliseconds shutdown_grace{8'000};
  std::uint32_t store_readers = 2;
  std::uint32_t media_fetchers = 4;
  std::uint32_t journal_days = 30;
  std::uint32_t template_sync_hours = 6;
  std::uint64_t journal_max_rows = 10'000'000;
  std::uint32_t journal_grace_days = 7;
  std::string linked_directory;  ///< empty: found beside the program
  std::string linked_node = "node";
  std::string linked_device_name = "Wherry";
  std::uint32_t linked_max_sessions = 1000;
  std::uint32_t linked_sessions_per_process = 50;
  std::uint32_t linked_process_mib = 1024;
  milliseconds linked_ack_timeout{30'000};
  std::string linked_server_url;  ///< empty: WhatsApp
  std::string linked_server_root_key;
  std::string linked_server_media_ca;
};

/// One setting: --name, WHERRY_NAME and `name = …` in the file.
struct Setting {
  std::string name;  ///< snake_case
  std::string help;
  std::string unit;  ///< "ms", "bytes", …; empty for plain text
  bool secret = false;
  std::function<Result<void>(Config&, const std::string&)> assign;  ///< invalid_argument: what is wrong with the value
  std::function<std::string(const Config&)> print;

  std::string flag() const;         ///< --snake-case
  std::string environment() const;  ///< WHERRY_SNAKE_CASE
};

/// Every setting, in the order `wherry config` prints them.
const std::vector<Setting>& settings();

/// File, then environment, then flags; later ones win. `flags` maps setting names to values.
/// Errors: invalid_argument (names the setting, its value and where it came from; never a secret's value), not_found (no such file).
Result<Config> load_config(const std::optional<std::string>& file, const std::map<std::string, std::string>& flags);

/// The settings of a TOML file as text by name. Errors: not_found, invalid_argument (syntax with its line, unknown name).
Result<std::map<std::string, std::string>> read_config_file(const std::string& path);

/// The effective configuration as a TOML file with help, secrets masked.
std::string print_config(const Config& config);

}  // namespace wherry::app
