#include "app/command_line_parts.h"

namespace wherry::app {

namespace {

using http::Method;

std::string path_of(Parsed& p, const std::string& call = "") {
  return "/admin/v1/subscriptions/" + http::percent_encode(p.fields["id"]) + call;
}

void put_kinds(Parsed& p) {
  if (p.kinds.empty()) return;
  json::array kinds;
  for (const auto& kind : p.kinds) kinds.emplace_back(kind);
  p.call.body["kinds"] = std::move(kinds);
}

void put_fields(Parsed& p, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    if (!p.fields[name].empty()) p.call.body[name] = p.fields[name];
  }
}

CLI::App& with_id(CLI::App& command, const Shared& parsed) {
  command.add_option("id", parsed->fields["id"], "The subscription's id (sub_…)")->required();
  return command;
}

// A command that is a method, a path and nothing else.
void add_plain(CLI::App& command, const Shared& parsed, Method method, const char* call) {
  on_admin(with_id(command, parsed), parsed, [method, call](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {method, path_of(p, call), {}};
    return {};
  });
}

void add_edition_and_header(CLI::App& command, const Shared& parsed) {
  command.add_option("--edition", parsed->numbers["edition"], "Edition of a format that has several: pepipost 1 or 2");
  command.add_option("--header-name", parsed->fields["header_name"], "A header of your own, sent with every call");
  command.add_option("--header-value", parsed->fields["header_value"], "Its value, or @FILE that holds it");
}

Result<void> put_edition_and_header(Parsed& p) {
  if (p.numbers["edition"] > 0) p.call.body["edition"] = p.numbers["edition"];
  TRY(p.fields["header_value"], text_or_file(p.fields["header_value"]));
  put_fields(p, {"header_name", "header_value"});
  return {};
}

void add_add(CLI::App& webhook, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& add = *webhook.add_subcommand("add", "Send a tenant's events to a URL from now on; the secret is shown this once");
  add.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  add.add_option("--url-to-call,--to", fields["url"], "The endpoint, http(s)")->required();
  add.add_option("--format", fields["format"], "Body and signature")
      ->check(CLI::IsMember({"standard", "pipes", "pipes_app", "graph", "pepipost", "magpipe", "sessions"}))
      ->default_val("standard");
  add.add_option("--channel", fields["channel_id"], "Only this channel (pool_…)");
  add.add_option("--secret", fields["secret"], "Signing secret, or @FILE that holds it; made when absent");
  add.add_option("--kind", parsed->kinds, "Only events of this kind; may be repeated");
  add_edition_and_header(add, parsed);
  on_admin(add, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::post, "/admin/v1/subscriptions", {}};
    TRY(auto id, resolve_tenant(target, p.tenant));
    p.call.body["tenant_id"] = id;
    TRY(p.fields["secret"], text_or_file(p.fields["secret"]));
    put_fields(p, {"url", "format", "channel_id", "secret"});
    TRY_VOID(put_edition_and_header(p));
    put_kinds(p);
    return {};
  });
}

void add_update(CLI::App& webhook, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& update =
      with_id(*webhook.add_subcommand("update", "Change an endpoint; after a new secret the old one goes on signing too"), parsed);
  update.add_option("--to", fields["url"], "The endpoint, http(s)");
  update.add_option("--secret", fields["secret"], "New signing secret, or @FILE");
  update.add_option("--kind", parsed->kinds, "Only events of this kind; may be repeated");
  add_edition_and_header(update, parsed);
  auto* enable = update.add_flag("--enable", parsed->enable, "Deliver again, from where it stopped");
  update.add_flag("--disable", parsed->disable, "Stop delivering; events wait in the journal")->excludes(enable);
  on_admin(update, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::patch, path_of(p), {}};
    TRY(p.fields["secret"], text_or_file(p.fields["secret"]));
    put_fields(p, {"url", "secret"});
    TRY_VOID(put_edition_and_header(p));
    put_kinds(p);
    if (p.enable || p.disable) p.call.body["enabled"] = p.enable;
    return {};
  });
}

void add_replay(CLI::App& webhook, const Shared& parsed) {
  auto& replay = with_id(*webhook.add_subcommand("replay", "Send events again"), parsed);
  replay.add_option("--from", parsed->numbers["from"], "First sequence number")->default_val(1);
  replay.add_option("--to-sequence", parsed->numbers["to"], "Last sequence number; the newest when absent");
  replay.add_flag("--dead", parsed->dead, "Only those that were given up");
  on_admin(replay, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::post, path_of(p, "/replay"), {{"from", p.numbers["from"]}, {"dead", p.dead}}};
    if (p.numbers["to"] > 0) p.call.body["to"] = p.numbers["to"];
    return {};
  });
}

}  // namespace

void add_webhook_commands(CLI::App& app, const Shared& parsed) {
  auto& webhook = *app.add_subcommand("webhook", "Webhooks: endpoints that are told what happens")->require_subcommand(1);
  add_add(webhook, parsed);
  auto& list = *webhook.add_subcommand("list", "List the endpoints");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::get, "/admin/v1/subscriptions", {}};
    return {};
  });
  add_plain(*webhook.add_subcommand("show", "One endpoint, with what was delivered"), parsed, Method::get, "");
  add_update(webhook, parsed);
  add_plain(*webhook.add_subcommand("remove", "Remove an endpoint"), parsed, Method::delete_, "");
  add_plain(*webhook.add_subcommand("test", "Send a made-up message and say what was answered (with --url)"), parsed, Method::post,
            "/test");
  add_plain(*webhook.add_subcommand("dead", "List the events that were given up"), parsed, Method::get, "/dead-letters");
  add_replay(webhook, parsed);
}

}  // namespace wherry::app
