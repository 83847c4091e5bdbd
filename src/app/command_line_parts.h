#pragma once

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "app/command_line.h"
#include "app/commands.h"
#include "base/log.h"

namespace wherry::app {

/// What CLI11 writes into while it parses; it lives until the command has run.
struct Parsed {
  std::map<std::string, std::string> flags;
  std::string config_file;
  bool json = false;
  std::string url;
  std::string tenant;
  AdminCall call;
  std::map<std::string, std::string> fields;
  std::map<std::string, std::int64_t> numbers;
  bool no_pair_limit = false;
  bool wait = false;
  bool dead = false, enable = false, disable = false;
  std::vector<std::string> kinds, scopes, limits;
  bool unlimited = false;
  std::uint16_t demo_simulator_port = 8081;
  std::uint16_t demo_control_port = 0;
  SimulateOptions simulator;
  bool no_throttles = false;
  SendOptions send;
  LinkOptions link;
  int status = exit_ok;

  Output output() const { return json ? Output::json : Output::text; }
};
using Shared = std::shared_ptr<Parsed>;  // shared by the callbacks of all subcommands

/// Writes the reason to stderr and gives `status`.
int fail(const Error& error, int status);

/// Adds --config and the flags of the named settings; of all when none is named.
void add_setting_flags(CLI::App& command, const Shared& parsed, std::initializer_list<std::string_view> names = {});

/// The effective configuration; also sets the log level.
Result<Config> load(const Parsed& parsed);

/// Runs `body` with the effective configuration, or says what is wrong with it.
template <class Body>
void on_run(CLI::App& command, const Shared& parsed, Body body) {
  command.callback([parsed, body] {
    auto config = load(*parsed);
    parsed->status = config ? body(*parsed, std::move(*config)) : fail(config.error(), exit_usage);
  });
}

/// --url, --json and the settings an admin command may need. Its logs begin at `warn`.
void add_admin_flags(CLI::App& command, const Shared& parsed);

/// An admin command: `prepare` fills parsed.call.
template <class Prepare>
void on_admin(CLI::App& command, const Shared& parsed, Prepare prepare) {
  add_admin_flags(command, parsed);
  on_run(command, parsed, [prepare](Parsed& p, Config config) {
    if (p.flags.find("log_level") == p.flags.end()) log::set_level(log::Level::warn);
    const AdminTarget target{p.url, std::move(config)};
    auto prepared = prepare(p, target);
    if (!prepared) return fail(prepared.error(), exit_failed);
    return print_admin_call(target, p.call, p.output());
  });
}

/// Puts the id of the tenant named by --tenant into the body.
Result<void> set_tenant(Parsed& p, const AdminTarget& target);
/// What --limit and --unlimited say; nullopt when neither was given.
Result<std::optional<json::array>> limits_given(const Parsed& p);

/// `wherry tenant|key|channel|template|webhook|consent|source|message …`
void add_tenant_commands(CLI::App& app, const Shared& parsed);
void add_key_commands(CLI::App& app, const Shared& parsed);
void add_channel_commands(CLI::App& app, const Shared& parsed);
void add_template_commands(CLI::App& app, const Shared& parsed);
void add_webhook_commands(CLI::App& app, const Shared& parsed);
void add_consent_commands(CLI::App& app, const Shared& parsed);
void add_source_commands(CLI::App& app, const Shared& parsed);
void add_message_commands(CLI::App& app, const Shared& parsed);

}  // namespace wherry::app
