#include <sstream>

#include "app/command_line_parts.h"

namespace wherry::app {

namespace {

using http::Method;

Result<std::string> tenant_query(const AdminTarget& target, const std::string& tenant) {
  TRY(auto id, resolve_tenant(target, tenant));
  return "?tenant_id=" + id;
}

// Numbers given one by one, or @FILE with one on each line.
Result<json::array> read_recipients(const std::vector<std::string>& given) {
  json::array numbers;
  for (const auto& one : given) {
    TRY(const auto text, text_or_file(one));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) numbers.emplace_back(line);
    }
  }
  return numbers;
}

void add_consent_list(CLI::App& consent, const Shared& parsed) {
  auto& list = *consent.add_subcommand("list", "List what recipients said");
  list.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  list.add_option("--recipient", parsed->fields["recipient"], "Only this number");
  list.add_option("--limit", parsed->numbers["limit"], "At most so many, up to 500")->default_val(50);
  list.add_option("--after", parsed->fields["cursor"], "Go on after this number");
  auto* in = list.add_flag("--opted-in", parsed->enable, "Only those who opted in");
  list.add_flag("--opted-out", parsed->disable, "Only those who opted out")->excludes(in);
  on_admin(list, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    TRY(auto query, tenant_query(target, p.tenant));
    p.call = {Method::get, "/admin/v1/consents" + query + "&limit=" + std::to_string(p.numbers["limit"]), {}};
    for (const auto* name : {"recipient", "cursor"}) {
      if (!p.fields[name].empty()) p.call.path += std::string("&") + name + "=" + http::percent_encode(p.fields[name]);
    }
    if (p.enable || p.disable) p.call.path += p.enable ? "&opted_in=true" : "&opted_in=false";
    return {};
  });
}

void add_consent_set(CLI::App& consent, const Shared& parsed) {
  auto& set = *consent.add_subcommand("set", "Keep that recipients opted in or out: all of them or none");
  set.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  set.add_option("--recipient", parsed->kinds, "A number, or @FILE with one on each line; may be repeated, 1000 in all")->required();
  set.add_option("--source", parsed->fields["source"], "Where they said so, at most 25 characters")->required();
  set.add_option("--user-agent", parsed->fields["user_agent"], "With what");
  set.add_option("--ip", parsed->fields["ip"], "From where");
  set.add_flag("--opt-out", parsed->disable, "They opted out");
  on_admin(set, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::put, "/admin/v1/consents", {}};
    TRY_VOID(set_tenant(p, target));
    TRY(auto recipients, read_recipients(p.kinds));
    p.call.body["recipients"] = std::move(recipients);
    p.call.body["opted_in"] = !p.disable;
    for (const auto* name : {"source", "user_agent", "ip"}) {
      if (!p.fields[name].empty()) p.call.body[name] = p.fields[name];
    }
    return {};
  });
}

}  // namespace

void add_consent_commands(CLI::App& app, const Shared& parsed) {
  auto& consent = *app.add_subcommand("consent", "Consents: who agreed to be written to")->require_subcommand(1);
  add_consent_list(consent, parsed);
  add_consent_set(consent, parsed);
  auto& remove = *consent.add_subcommand("remove", "Forget what a recipient said");
  remove.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  remove.add_option("--recipient", parsed->fields["recipient"], "The number")->required();
  on_admin(remove, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    TRY(auto query, tenant_query(target, p.tenant));
    p.call = {Method::delete_, "/admin/v1/consents" + query + "&recipient=" + http::percent_encode(p.fields["recipient"]), {}};
    return {};
  });
}

void add_source_commands(CLI::App& app, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& source = *app.add_subcommand("source", "Sources: UUIDs that applications know channels by")->require_subcommand(1);
  auto& add = *source.add_subcommand("add", "Make a source");
  add.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  add.add_option("--name", fields["name"], "A name for you")->required();
  add.add_option("--channel", fields["channel_id"], "The channel (pool_…); the tenant's only one when absent");
  add.add_option("--id", fields["id"], "The UUID to use, for one that another system gave; made when absent");
  on_admin(add, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::post, "/admin/v1/sources", {}};
    TRY_VOID(set_tenant(p, target));
    for (const auto* name : {"name", "channel_id", "id"}) {
      if (!p.fields[name].empty()) p.call.body[name] = p.fields[name];
    }
    return {};
  });
  auto& list = *source.add_subcommand("list", "List the sources");
  list.add_option("--tenant", parsed->tenant, "Only this tenant's (id or name)");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::get, "/admin/v1/sources", {}};
    if (p.tenant.empty()) return {};
    TRY(auto query, tenant_query(target, p.tenant));
    p.call.path += query;
    return {};
  });
  auto& remove = *source.add_subcommand("remove", "Remove a source; messages that name it are refused from then on");
  remove.add_option("id", fields["id"], "Its UUID")->required();
  on_admin(remove, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::delete_, "/admin/v1/sources/" + http::percent_encode(p.fields["id"]), {}};
    return {};
  });
}

}  // namespace wherry::app
