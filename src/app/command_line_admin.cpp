#include <span>

#include "app/command_line_parts.h"

namespace wherry::app {

using http::Method;

Result<void> set_tenant(Parsed& p, const AdminTarget& target) {
  TRY(auto id, resolve_tenant(target, p.tenant));
  p.call.body["tenant_id"] = id;
  return {};
}

void add_tenant_commands(CLI::App& app, const Shared& parsed) {
  auto& tenant = *app.add_subcommand("tenant", "Tenants: the owners of keys, channels and messages")->require_subcommand(1);
  auto& create = *tenant.add_subcommand("create", "Create a tenant");
  create.add_option("--name", parsed->fields["name"], "Its name, unique")->required();
  on_admin(create, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::post, "/admin/v1/tenants", {{"name", p.fields["name"]}}};
    return {};
  });
  auto& list = *tenant.add_subcommand("list", "List the tenants");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::get, "/admin/v1/tenants", {}};
    return {};
  });
  auto& limits = *tenant.add_subcommand("limits", "Limit a tenant's requests over all its keys of a style");
  limits.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  limits.add_option("--style", parsed->fields["style"], "Key style")->required();
  limits.add_option("--limit", parsed->limits, "REQUESTS/SECONDS; may be repeated; none: the style's own again");
  limits.add_flag("--unlimited", parsed->unlimited, "No limit at all");
  on_admin(limits, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    TRY(auto id, resolve_tenant(target, p.tenant));
    TRY(auto given, limits_given(p));
    p.call = {Method::patch, "/admin/v1/tenants/" + id, {}};
    p.call.body["rate_limits"] = json::object{{p.fields["style"], given ? json::value(*given) : json::value(nullptr)}};
    return {};
  });
}

namespace {

constexpr std::string_view channel_secrets[] = {"access_token", "app_secret", "verify_token"};
constexpr std::string_view channel_names[] = {"name", "phone_number_id", "waba_id", "display_number", "agent_id"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> put_channel_fields(Parsed& p) {
  for (auto& [name, value] : p.fields) {
    const bool secret = is_one_of(channel_secrets, name);
    if (value.empty() || !(secret || is_one_of(channel_names, name))) continue;  // the fields are shared with other commands' defaults
    if (secret) {
      TRY(value, text_or_file(value));
    }
    p.call.body[name] = value;
  }
  return {};
}

void add_channel_settings(CLI::App& command, const Shared& parsed, bool required) {
  auto& fields = parsed->fields;
  command.add_option("--name", fields["name"], "A name for you");
  command.add_option("--agent-id", fields["agent_id"], "A UUID by which an application knows the number (Magpipe)");
  command.add_option("--access-token", fields["access_token"], "Graph access token, or @FILE that holds it")
      ->envname("WHERRY_ACCESS_TOKEN")
      ->required(required);
  command.add_option("--app-secret", fields["app_secret"], "App secret that signs webhooks, or @FILE")
      ->envname("WHERRY_APP_SECRET")
      ->required(required);
  command.add_option("--verify-token", fields["verify_token"], "Verify token of the webhook, or @FILE")
      ->envname("WHERRY_VERIFY_TOKEN")
      ->required(required);
}

}  // namespace

void add_channel_commands(CLI::App& app, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& channel = *app.add_subcommand("channel", "Channels: the numbers messages are sent from")->require_subcommand(1);
  auto& add = *channel.add_subcommand("add", "Add a Cloud API number");
  add.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  add.add_option("--phone-number-id", fields["phone_number_id"], "Meta's id of the number")->required();
  add.add_option("--waba-id", fields["waba_id"], "Meta's id of the WhatsApp Business account")->required();
  add.add_option("--display-number", fields["display_number"], "The number with its country code")->required();
  add_channel_settings(add, parsed, true);
  add.add_option("--messages-per-second", parsed->numbers["messages_per_second"], "The number's throughput tier; 0 = not paced")
      ->default_val(80);
  add.add_flag("--no-pair-limit", parsed->no_pair_limit, "Do not keep Meta's limit of 45 messages, then one per 6 s, to one recipient");
  on_admin(add, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::post, "/admin/v1/channels", {}};
    TRY_VOID(set_tenant(p, target));
    TRY_VOID(put_channel_fields(p));
    p.call.body["messages_per_second"] = p.numbers["messages_per_second"];
    p.call.body["pair_limit"] = !p.no_pair_limit;
    // With --url the server has its own defaults; they are sent only when asked for.
    for (const auto* name : {"graph_url", "graph_version"}) {
      if (auto flag = p.flags.find(name); flag != p.flags.end()) p.call.body[name] = flag->second;
    }
    return {};
  });
  auto& list = *channel.add_subcommand("list", "List the channels");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::get, "/admin/v1/channels", {}};
    return {};
  });
  auto& update = *channel.add_subcommand("update", "Change a channel; the old app secret stays good for webhooks until the next change");
  update.add_option("id", fields["id"], "The channel's id (pool_…)")->required();
  add_channel_settings(update, parsed, false);
  on_admin(update, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::patch, "/admin/v1/channels/" + http::percent_encode(p.fields["id"]), {}};
    return put_channel_fields(p);
  });
  auto& remove = *channel.add_subcommand("remove", "Remove a channel; its messages stay on disk");
  remove.add_option("id", fields["id"], "The channel's id (pool_…)")->required();
  on_admin(remove, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::delete_, "/admin/v1/channels/" + http::percent_encode(p.fields["id"]), {}};
    return {};
  });
}

}  // namespace wherry::app
