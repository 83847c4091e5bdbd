#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "app/config.h"
#include "base/bytes.h"

namespace wherry::app {

namespace {

Error wrong(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<std::uint64_t> parse_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return wrong("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

using Check = Result<void> (*)(const std::string&);
Result<void> anything(const std::string&) { return {}; }

Setting text(std::string name, std::string Config::* member, Check check, std::string help) {
  auto assign = [member, check](Config& config, const std::string& value) -> Result<void> {
    TRY_VOID(check(value));
    config.*member = value;
    return {};
  };
  return {std::move(name), std::move(help), "", false, assign, [member](const Config& config) { return config.*member; }};
}

Setting secret(std::string name, Secret Config::* member, Check check, std::string help) {
  auto assign = [member, check](Config& config, const std::string& value) -> Result<void> {
    if (!value.empty()) {  // empty: none is given
      TRY_VOID(check(value));
    }
    config.*member = Secret(value);
    return {};
  };
  auto print = [member](const Config& config) { return (config.*member).empty() ? std::string() : std::string("********"); };
  return {std::move(name), std::move(help), "", true, assign, print};
}

template <class Number>
Setting number(std::string name, Number Config::* member, std::uint64_t least, std::uint64_t most, std::string unit, std::string help) {
  auto assign = [=](Config& config, const std::string& value) -> Result<void> {
    TRY(auto parsed, parse_number(value, least, most));
    config.*member = static_cast<Number>(parsed);
    return {};
  };
  return {std::move(name), std::move(help), std::move(unit),
          false,           assign,          [member](const Config& config) { return std::to_string(config.*member); }};
}

Setting duration(std::string name, milliseconds Config::* member, std::uint64_t least, std::uint64_t most, std::string help) {
  auto assign = [=](Config& config, const std::string& value) -> Result<void> {
    TRY(auto parsed, parse_number(value, least, most));
    config.*member = milliseconds(parsed);
    return {};
  };
  return {std::move(name), std::move(help), "ms",
          false,           assign,          [member](const Config& config) { return std::to_string((config.*member).count()); }};
}

Setting flag(std::string name, bool Config::* member, std::string help) {
  auto assign = [member](Config& config, const std::string& value) -> Result<void> {
    if (value != "true" && value != "false") return wrong("must be true or false");
    config.*member = value == "true";
    return {};
  };
  return {std::move(name), std::move(help), "",
          false,           assign,          [member](const Config& config) { return std::string(config.*member ? "true" : "false"); }};
}

Result<void> not_empty(const std::string& value) {
  if (value.empty()) return wrong("must not be empty");
  return {};
}

Result<void> app_id(const std::string& value) {
  if (value.size() > 32 || value.find_first_not_of("0123456789") != std::string::npos) return wrong("must have at most 32 digits");
  return {};
}

Result<void> known_level(const std::string& value) {
  for (const auto* level : {"debug", "info", "warn", "error", "off"}) {
    if (value == level) return {};
  }
  return wrong("must be debug, info, warn, error or off");
}

Result<void> strong_key(const std::string& value) {
  const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (value.size() < 24 || value.size() > 200 || !printable) return wrong("must have 24 to 200 printable characters without spaces");
  return {};
}

Result<void> hex_key(const std::string& value) {
  if (value.size() != 2 * SecretBox::key_size || !from_hex(value)) return wrong("must have 64 hex digits");
  return {};
}

Result<void> short_name(const std::string& value) {
  const bool printable = std::none_of(value.begin(), value.end(), [](char c) { return c >= 0 && c < 0x20; });
  if (value.empty() || value.size() > 50 || !printable) return wrong("must have 1 to 50 characters");
  return {};
}

Result<void> websocket_url(const std::string& value) {
  if (!value.empty() && !value.starts_with("wss://") && !value.starts_with("ws://")) return wrong("must begin with wss:// or ws://");
  return {};
}

Result<void> root_key(const std::string& value) {
  if (!value.empty() && (value.size() != 64 || !from_hex(value))) return wrong("must have 64 hex digits");
  return {};
}

Result<void> port_list(const std::string& value) {
  std::size_t at = 0;
  while (at <= value.size()) {
    const auto comma = std::min(value.find(',', at), value.size());
    TRY_VOID(parse_number(value.substr(at, comma - at), 1, 65535));
    at = comma + 1;
  }
  return {};
}

}  // namespace

std::string Setting::flag() const {
  auto text = "--" + name;
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string Setting::environment() const {
  auto text = "WHERRY_" + name;
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

const std::vector<Setting>& settings() {
  using C = Config;
  constexpr std::uint64_t hour = 3'600'000;
  static const std::vector<Setting> all{
      text("data_dir", &C::data_dir, not_empty,
           "Directory of the database, the media files and the generated keys (created with mode 0700)."),
      text("address", &C::address, not_empty, "Address to listen on. The default is reachable from this machine only."),
      number("port", &C::port, 0, 65535, "", "Port to listen on; 0 takes any free one."),
      number("io_threads", &C::io_threads, 0, 256, "threads", "I/O threads; 0 is one less than the cores, at least one."),
      text("log_level", &C::log_level, known_level, "debug, info, warn, error or off."),
      secret("admin_key", &C::admin_key, strong_key, "Key of /admin/v1; when empty one is made and kept in DATA_DIR/admin.key."),
      secret("master_key", &C::master_key, hex_key,
             "Key that seals channel secrets at rest, 64 hex digits; when empty one is made and kept in DATA_DIR/master.key."),
      text("graph_url", &C::graph_url, not_empty, "Graph API of channels that name none."),
      text("graph_version", &C::graph_version, not_empty, "Graph API version of channels that name none."),
      text("meta_app_id", &C::meta_app_id, app_id, "Id of the Meta app whose embedded sign-up gives codes; when empty codes are refused."),
      secret("meta_app_secret", &C::meta_app_secret, not_empty, "Secret of that app; codes are exchanged with it."),
      text("meta_login_config", &C::meta_login_config, app_id, "Id of that app's login configuration, for the sign-up page of Pipes apps."),
      text("ca_file", &C::ca_file, anything, "PEM file of certificate authorities trusted beside the system's."),
      text("public_url", &C::public_url, anything, "Base URL that download links begin with; when empty the Host the caller used."),
      text("egress_allow", &C::egress_allow, anything,
           "Comma-separated addresses or CIDR blocks that user-given URLs may reach although they are not public."),
      text("egress_ports", &C::egress_ports, port_list, "Comma-separated ports that user-given URLs may name."),
      flag("media_urls_https_only", &C::media_urls_https_only, "Refuse http:// media URLs, as the Pipes API does."),
      flag("pepipost_late_refusals", &C::pepipost_late_refusals,
           "Pepipost door: take what has no opt-in (8002) or is outside the window (8007), and tell of it in a failed status."),
      duration("answer_within", &C::answer_within, 0, hour, "A synchronous send is tried again only while it is younger than this."),
      number("max_waiting", &C::max_waiting, 1, 10'000'000, "messages",
             "Callers that wait for their message's outcome at a time; over it sends get 503."),
      number("default_rate_per_min", &C::default_rate_per_min, 0, 100'000, "messages",
             "Most messages a linked number sends in any minute when it has no rate of its own; 0: not limited."),
      number("default_rate_per_hour", &C::default_rate_per_hour, 0, 100'000, "messages", "The same for any hour."),
      number("max_connections", &C::max_connections, 1, 1'000'000, "connections", "Open client connections; over it new ones get 503."),
      number("header_limit", &C::header_limit, 1024, 1024 * 1024, "bytes", "Longest request line and headers."),
      duration("header_timeout", &C::header_timeout, 100, hour, "Time for a request's headers to arrive."),
      duration("body_idle_timeout", &C::body_idle_timeout, 100, hour, "Longest silence inside a request's body."),
      duration("shutdown_grace", &C::shutdown_grace, 0, 60'000, "Time for running requests to end after SIGTERM."),
      number("store_readers", &C::store_readers, 1, 64, "threads", "Threads that read from the database."),
      number("media_fetchers", &C::media_fetchers, 1, 64, "fetches", "Customers' files fetched from WhatsApp at once."),
      number("template_sync_hours", &C::template_sync_hours, 0, 720, "hours",
             "How often accounts' message templates are read from WhatsApp; 0: only on demand."),
      number("journal_days", &C::journal_days, 1, 3650, "days", "Events are kept this long."),
      number("journal_max_rows", &C::journal_max_rows, 1000, 1'000'000'000, "events", "Events kept per tenant, whatever their age."),
      number("journal_grace_days", &C::journal_grace_days, 0, 3650, "days",
             "An event that a webhook or socket has not seen yet is kept so much longer."),
      text("linked_directory", &C::linked_directory, anything,
           "Directory of the linked-device sidecar; when empty it is looked for beside the program and in its source tree."),
      text("linked_node", &C::linked_node, not_empty, "Node.js (20 or newer) for the sidecar, a path or a name in PATH."),
      text("linked_device_name", &C::linked_device_name, short_name, "As phones list their linked devices."),
      number("linked_max_sessions", &C::linked_max_sessions, 0, 10'000, "sessions",
             "Linked numbers of all tenants; over it none is added."),
      number("linked_sessions_per_process", &C::linked_sessions_per_process, 1, 200, "sessions", "Linked numbers in one sidecar process."),
      number("linked_process_mib", &C::linked_process_mib, 128, 65'536, "MiB",
             "A sidecar process that is larger is replaced, in good order; its numbers are away for seconds."),
      duration("linked_ack_timeout", &C::linked_ack_timeout, 500, 600'000,
               "A message that WhatsApp has not acknowledged for so long is uncertain; an acknowledgement or receipt still settles it."),
      text("linked_server_url", &C::linked_server_url, websocket_url,
           "For tests: wss:// or ws:// in place of WhatsApp for linked numbers."),
      text("linked_server_root_key", &C::linked_server_root_key, root_key,
           "For tests: root of that server's certificate chain, 64 hex digits."),
      text("linked_server_media_ca", &C::linked_server_media_ca, anything,
           "For tests: PEM file of the authority that signs that server's file host."),
  };
  return all;
}

Result<Config> load_config(const std::optional<std::string>& file, const std::map<std::string, std::string>& flags) {
  std::map<std::string, std::string> from_file;
  if (file) {
    TRY(from_file, read_config_file(*file));
  }
  Config config;
  for (const auto& setting : settings()) {
    auto assign = [&](const std::string& value, const std::string& where) -> Result<void> {
      auto assigned = setting.assign(config, value);
      if (assigned) return {};
      const auto shown = setting.secret ? std::string("its value") : "'" + value + "'";
      return wrong(where + ": " + shown + " " + assigned.error().message);
    };
    if (auto found = from_file.find(setting.name); found != from_file.end()) {
      TRY_VOID(assign(found->second, *file + ": " + setting.name));
    }
    const char* variable = std::getenv(setting.environment().c_str());
    if (variable != nullptr && *variable != '\0') {
      TRY_VOID(assign(variable, setting.environment()));
    }
    if (auto found = flags.find(setting.name); found != flags.end()) {
      TRY_VOID(assign(found->second, setting.flag()));
    }
  }
  return config;
}

std::string print_config(const Config& config) {
  std::string out;
  for (const auto& setting : settings()) {
    const auto value = setting.print(config);
    const bool bare =
        value == "true" || value == "false" || (!setting.secret && parse_number(value, 0, std::numeric_limits<std::uint64_t>::max()));
    out += "# " + setting.help + (setting.unit.empty() ? "" : " [" + setting.unit + "]") + "\n# " + setting.flag() + ", " +
           setting.environment() + "\n" + setting.name + " = " + (bare ? value : "\"" + value + "\"") + "\n\n";
  }
  return out;
}

}  // namespace wherry::app
