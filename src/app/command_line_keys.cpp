#include "app/command_line_parts.h"
#include "domain/rate_limit.h"
#include "services/access/key_style.h"

namespace wherry::app {

using http::Method;

Result<std::optional<json::array>> limits_given(const Parsed& p) {
  if (p.unlimited) return std::optional(json::array());
  if (p.limits.empty()) return std::optional<json::array>();
  json::array out;
  for (const auto& text : p.limits) {
    TRY(auto limits, rate_limits_from(text));
    for (const auto& one : limits) out.push_back(json::object{{"requests", one.requests}, {"window_seconds", one.window.count()}});
  }
  return std::optional(std::move(out));
}

namespace {

std::vector<std::string> style_names() {
  std::vector<std::string> names;
  for (const auto& style : key_styles()) names.emplace_back(style.name);
  return names;
}

std::string path_of(Parsed& p, const char* call = "") { return "/admin/v1/keys/" + http::percent_encode(p.fields["id"]) + call; }

void add_settings(CLI::App& command, const Shared& parsed) {
  command.add_option("--label", parsed->fields["label"], "A note for you");
  command.add_option("--scope", parsed->scopes, "send, read or manage; may be repeated; none: all of them");
  command.add_option("--expires", parsed->fields["expires_at"], "When it stops working, ISO 8601");
  command.add_option("--limit", parsed->limits, "REQUESTS/SECONDS; may be repeated");
  command.add_flag("--unlimited", parsed->unlimited, "No limit of its own");
}

Result<void> put_settings(Parsed& p) {
  if (!p.fields["label"].empty()) p.call.body["label"] = p.fields["label"];
  if (!p.fields["expires_at"].empty()) p.call.body["expires_at"] = p.fields["expires_at"];
  if (!p.scopes.empty()) p.call.body["scopes"] = json::array(p.scopes.begin(), p.scopes.end());
  TRY(auto limits, limits_given(p));
  if (limits) p.call.body["rate_limits"] = std::move(*limits);
  return {};
}

void add_create(CLI::App& key, const Shared& parsed) {
  auto& create = *key.add_subcommand("create", "Create a key; it is shown this once");
  create.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  create.add_option("--style", parsed->fields["style"], "Front door the key is for")
      ->check(CLI::IsMember(style_names()))
      ->default_val("pipes");
  add_settings(create, parsed);
  auto& limit = *create.add_option("--rate-limit", parsed->numbers["rate_limit"], "Requests per window; 0 = unlimited; none: the style's");
  create.add_option("--rate-window", parsed->numbers["rate_window"], "Length of that window [s]")->default_val(60)->needs(&limit);
  on_admin(create, parsed, [&limit](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::post, "/admin/v1/keys", {}};
    TRY_VOID(set_tenant(p, target));
    p.call.body["style"] = p.fields["style"];
    TRY_VOID(put_settings(p));
    if (limit.count() == 0) return {};
    p.call.body["rate_limit"] = p.numbers["rate_limit"];
    p.call.body["rate_window_seconds"] = p.numbers["rate_window"];
    return {};
  });
}

void add_list(CLI::App& key, const Shared& parsed) {
  auto& list = *key.add_subcommand("list", "List the keys, without the keys themselves");
  list.add_option("--tenant", parsed->tenant, "Only this tenant's (id or name)");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    p.call = {Method::get, "/admin/v1/keys", {}};
    if (p.tenant.empty()) return {};
    TRY(auto id, resolve_tenant(target, p.tenant));
    p.call.path += "?tenant_id=" + id;
    return {};
  });
}

void add_update(CLI::App& key, const Shared& parsed) {
  auto& update = *key.add_subcommand("update", "Change a key's settings; they hold at once");
  update.add_option("id", parsed->fields["id"], "The key's id (key_…)")->required();
  add_settings(update, parsed);
  on_admin(update, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::patch, path_of(p), {}};
    return put_settings(p);
  });
}

void add_rotate(CLI::App& key, const Shared& parsed) {
  auto& rotate = *key.add_subcommand("rotate", "Issue a key in the place of another, which goes on working for a while");
  rotate.add_option("id", parsed->fields["id"], "The key's id (key_…)")->required();
  rotate.add_option("--overlap", parsed->numbers["overlap"], "How long the old key still works [s]")->default_val(0);
  rotate.add_option("--expires", parsed->fields["expires_at"], "When the new one stops working, ISO 8601");
  on_admin(rotate, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::post, path_of(p, "/rotate"), {{"overlap_seconds", p.numbers["overlap"]}}};
    if (!p.fields["expires_at"].empty()) p.call.body["expires_at"] = p.fields["expires_at"];
    return {};
  });
}

void add_revoke(CLI::App& key, const Shared& parsed) {
  auto& revoke = *key.add_subcommand("revoke", "Revoke a key at once");
  revoke.add_option("id", parsed->fields["id"], "The key's id (key_…)")->required();
  on_admin(revoke, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::delete_, path_of(p), {}};
    return {};
  });
}

}  // namespace

void add_key_commands(CLI::App& app, const Shared& parsed) {
  auto& key = *app.add_subcommand("key", "API keys of the front doors")->require_subcommand(1);
  add_create(key, parsed);
  add_list(key, parsed);
  add_update(key, parsed);
  add_rotate(key, parsed);
  add_revoke(key, parsed);
}

}  // namespace wherry::app
