#include "app/command_line.h"

#include "app/command_line_parts.h"
#include "base/log.h"

namespace wherry::app {

int fail(const Error& error, int status) {
  std::fprintf(stderr, "wherry: %s\n", error.message.c_str());
  return status;
}

void add_setting_flags(CLI::App& command, const Shared& parsed, std::initializer_list<std::string_view> names) {
  command.add_option("--config", parsed->config_file, "TOML file of settings; see `wherry config`")->envname("WHERRY_CONFIG");
  for (const auto& setting : settings()) {
    if (names.size() > 0 && std::find(names.begin(), names.end(), setting.name) == names.end()) continue;
    const auto help = setting.help + (setting.unit.empty() ? "" : " [" + setting.unit + "]");
    const auto name = setting.name;
    command
        .add_option_function<std::string>(
            setting.flag(), [parsed, name](const std::string& value) { parsed->flags[name] = value; }, help)
        ->type_name("VALUE");
  }
}

Result<Config> load(const Parsed& parsed) {
  const auto file = parsed.config_file.empty() ? std::optional<std::string>() : std::optional(parsed.config_file);
  TRY(auto config, load_config(file, parsed.flags));
  using log::Level;
  const std::map<std::string, Level> levels{
      {"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn}, {"error", Level::error}, {"off", Level::off}};
  log::set_level(levels.at(config.log_level));
  return config;
}

void add_admin_flags(CLI::App& command, const Shared& parsed) {
  command.add_option("--url", parsed->url, "Base URL of a running server; without it the data directory is opened")->envname("WHERRY_URL");
  command.add_flag("--json", parsed->json, "Print one JSON object");
  add_setting_flags(command, parsed, {"data_dir", "admin_key", "master_key", "graph_url", "graph_version", "ca_file", "log_level"});
}

namespace {

void add_server_commands(CLI::App& app, const Shared& parsed) {
  auto& serve_command = *app.add_subcommand("serve", "Run the gateway until SIGTERM");
  add_setting_flags(serve_command, parsed);
  on_run(serve_command, parsed, [](Parsed&, Config config) { return serve(config); });

  auto& demo_command = *app.add_subcommand("demo", "Run gateway and simulator together, with a key and an open conversation");
  add_setting_flags(demo_command, parsed);
  demo_command.add_option("--simulator-port", parsed->demo_simulator_port, "Port of the simulated Graph API; 0 = any")
      ->capture_default_str();
  demo_command.add_option("--simulator-control-port", parsed->demo_control_port, "Port of its control interface; 0 = any")
      ->capture_default_str();
  demo_command.add_flag("--json", parsed->json, "Print exactly one JSON line when ready");
  on_run(demo_command, parsed,
         [](Parsed& p, Config config) { return demo({std::move(config), p.demo_simulator_port, p.demo_control_port, p.output()}); });

  auto& config_command = *app.add_subcommand("config", "Print the effective settings, secrets masked");
  add_setting_flags(config_command, parsed);
  on_run(config_command, parsed, [](Parsed&, Config config) {
    std::fputs(print_config(config).c_str(), stdout);
    return static_cast<int>(exit_ok);
  });

  auto& doctor_command = *app.add_subcommand("doctor", "Check the configuration and every channel, and say what to fix");
  add_admin_flags(doctor_command, parsed);
  on_run(doctor_command, parsed, [](Parsed& p, Config config) {
    if (p.flags.find("log_level") == p.flags.end()) log::set_level(log::Level::warn);
    return doctor({p.url, std::move(config)}, p.output());
  });

  auto& trace_command = *app.add_subcommand("trace", "Tell everything that happened to one message");
  trace_command.add_option("message", parsed->fields["message"], "Its id (msg_…) or WhatsApp's (wamid.…)")->required();
  add_admin_flags(trace_command, parsed);
  on_run(trace_command, parsed, [](Parsed& p, Config config) {
    if (p.flags.find("log_level") == p.flags.end()) log::set_level(log::Level::warn);
    return trace({p.url, std::move(config)}, p.fields["message"], p.output());
  });
  auto& version = *app.add_subcommand("version", "Print the version");
  version.callback([] { std::puts("wherry " WHERRY_VERSION); });
}

void add_simulate_command(CLI::App& app, const Shared& parsed) {
  auto& options = parsed->simulator;
  auto& command = *app.add_subcommand("simulate", "Run the Graph API simulator alone");
  command.add_option("--address", options.address, "Address to listen on")->capture_default_str();
  command.add_option("--port", options.port, "Port of the simulated Graph API; 0 = any")->capture_default_str();
  command.add_option("--control-port", options.control_port, "Port of the control interface; 0 = any")->capture_default_str();
  command.add_flag("--allow-public", options.allow_public, "Allow an address that other machines can reach");
  command.add_flag("--sink", options.sink, "Accept everything at once and keep nothing, for benchmarks");
  command.add_flag("--no-throttles", parsed->no_throttles, "Switch Meta's limits off");
  command.add_option("--seed", options.seed, "Seed of ids, delays and chaos")->capture_default_str();
  command.add_option("--time-scale", options.time_scale, "How fast simulated time runs")->capture_default_str()->check(CLI::PositiveNumber);
  command.add_option("--data-dir", options.data_dir, "Directory of uploaded files; default: a temporary one");
  command.add_option("--callback-url", options.callback_url, "Where webhooks go, e.g. http://127.0.0.1:8080/webhooks/meta");
  command.add_option("--phone-number-id", options.phone_number_id, "Id of the number");
  command.add_option("--waba-id", options.waba_id, "Id of the WhatsApp Business account");
  command.add_option("--display-number", options.display_number, "The number");
  command.add_option("--access-token", options.access_token, "Token to accept");
  command.add_option("--app-secret", options.app_secret, "Secret that signs webhooks");
  command.add_option("--verify-token", options.verify_token, "Token of the verification request");
  command.add_flag("--json", parsed->json, "Print exactly one JSON line when ready");
  command.callback([parsed] {
    parsed->simulator.throttles = !parsed->no_throttles;
    parsed->simulator.output = parsed->output();
    parsed->status = simulate(parsed->simulator);
  });
}

void add_session_commands(CLI::App& app, const Shared& parsed) {
  auto& options = parsed->link;
  auto& session = *app.add_subcommand("session", "Numbers that are linked as devices")->require_subcommand(1);
  auto& command = *session.add_subcommand("link", "Link a phone: shows its QR code here, or a pairing code to type");
  command.add_option("session", options.session, "Its id (pool_…); without one a session is made");
  command.add_option("--url", options.url, "Base URL of the server")->envname("WHERRY_URL")->capture_default_str();
  command.add_option("--key", options.key, "API key (wa_…) that may manage")->envname("WHERRY_KEY")->required();
  command.add_option("--label", options.label, "Name of a new session");
  command.add_option("--phone", options.phone, "The number, digits with its country code: a pairing code instead of a QR code");
  command.callback([parsed] {
    log::set_level(log::Level::warn);
    parsed->status = link_session(parsed->link);
  });
}

void add_send_command(CLI::App& app, const Shared& parsed) {
  auto& options = parsed->send;
  auto& command = *app.add_subcommand("send", "Send one message through a running server");
  command.add_option("--url", options.url, "Base URL of the server")->envname("WHERRY_URL")->capture_default_str();
  command.add_option("--key", options.key, "API key (pk_…)")->envname("WHERRY_KEY")->required();
  command.add_option("--conversation", options.conversation, "Conversation id (conv_…)")->required();
  command.add_option("--text", options.text, "Message text");
  command.add_option("--media", options.media, "Media id or https:// URL");
  command.add_option("--file", options.file, "File to upload and send");
  command.add_option("--caption", options.caption, "Caption of the file");
  command.add_flag("--json", parsed->json, "Print the server's JSON answer");
  command.callback([parsed] {
    parsed->send.output = parsed->output();
    parsed->status = send(parsed->send);
  });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  auto parsed = std::make_shared<Parsed>();
  CLI::App app{"Wherry: a self-hosted WhatsApp messaging gateway", "wherry"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "wherry " WHERRY_VERSION);
  app.footer(
      "Exit status: 0 done, 1 tried and failed, 2 wrong arguments or configuration.\n"
      "Every setting is also WHERRY_NAME in the environment and `name = …` in the TOML file; see `wherry config`.");
  add_server_commands(app, parsed);
  add_simulate_command(app, parsed);
  add_tenant_commands(app, parsed);
  add_key_commands(app, parsed);
  add_channel_commands(app, parsed);
  add_template_commands(app, parsed);
  add_webhook_commands(app, parsed);
  add_consent_commands(app, parsed);
  add_source_commands(app, parsed);
  add_message_commands(app, parsed);
  add_send_command(app, parsed);
  add_session_commands(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? exit_ok : exit_usage;
  } catch (const std::exception& error) {
    log::flush();
    std::fprintf(stderr, "wherry: %s\n", error.what());
    return exit_failed;
  }
  log::flush();
  return parsed->status;
}

}  // namespace wherry::app
