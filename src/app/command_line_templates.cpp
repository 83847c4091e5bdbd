#include "app/command_line_parts.h"

namespace wherry::app {

namespace {

using http::Method;

std::string path_of(Parsed& p, const std::string& rest = "") {
  return "/admin/v1/channels/" + http::percent_encode(p.fields["channel"]) + "/templates" + rest;
}

std::string one_path(Parsed& p) { return path_of(p, "/" + http::percent_encode(p.fields["id"])); }

CLI::App& of_channel(CLI::App& command, const Shared& parsed) {
  command.add_option("--channel", parsed->fields["channel"], "The channel's id (pool_…); its account's templates are meant")->required();
  return command;
}

CLI::App& of_template(CLI::App& command, const Shared& parsed) {
  of_channel(command, parsed).add_option("id", parsed->fields["id"], "WhatsApp's id of the template")->required();
  return command;
}

// Meta's own object, from the command line or a file.
Result<void> put_definition(Parsed& p) {
  TRY(auto text, text_or_file(p.fields["definition"]));
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return Error{ErrorCode::invalid_argument, "the definition must be a JSON object"};
  p.call.body = std::move(parsed->get_object());
  return {};
}

void add_list(CLI::App& group, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& list = of_channel(*group.add_subcommand("list", "List what is known, by id"), parsed);
  list.add_option("--name", fields["name"], "Only this name");
  list.add_option("--language", fields["language"], "Only this language");
  list.add_option("--status", fields["status"], "Only this state, e.g. APPROVED");
  on_admin(list, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    auto path = path_of(p, "?limit=500");
    for (const auto* filter : {"name", "language", "status"}) {
      if (!p.fields[filter].empty()) path += std::string("&") + filter + "=" + http::percent_encode(p.fields[filter]);
    }
    p.call = {Method::get, std::move(path), {}};
    return {};
  });
}

void add_changes(CLI::App& group, const Shared& parsed) {
  auto& fields = parsed->fields;
  const auto* help = "Meta's JSON object, or @FILE that holds it";
  auto& create = of_channel(*group.add_subcommand("create", "Submit a template to WhatsApp's review"), parsed);
  create.add_option("definition", fields["definition"], help)->required();
  on_admin(create, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::post, path_of(p), {}};
    return put_definition(p);
  });
  auto& edit = of_template(*group.add_subcommand("edit", "Change a template; it is reviewed again"), parsed);
  edit.add_option("definition", fields["definition"], help)->required();
  on_admin(edit, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::patch, one_path(p), {}};
    return put_definition(p);
  });
  auto& remove = of_template(*group.add_subcommand("remove", "Delete one translation of a template"), parsed);
  on_admin(remove, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::delete_, one_path(p), {}};
    return {};
  });
}

}  // namespace

void add_template_commands(CLI::App& app, const Shared& parsed) {
  auto& group = *app.add_subcommand("template", "Message templates of a channel's WhatsApp Business account")->require_subcommand(1);
  add_list(group, parsed);
  auto& show = of_template(*group.add_subcommand("show", "One template"), parsed);
  on_admin(show, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::get, one_path(p), {}};
    return {};
  });
  auto& sync = of_channel(*group.add_subcommand("sync", "Read the whole list from WhatsApp now"), parsed);
  on_admin(sync, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::post, "/admin/v1/channels/" + http::percent_encode(p.fields["channel"]) + "/sync-templates", {}};
    return {};
  });
  add_changes(group, parsed);
}

}  // namespace wherry::app
