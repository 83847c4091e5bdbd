#include "app/command_line_parts.h"

namespace wherry::app {

namespace {

using http::Method;

void add_send(CLI::App& message, const Shared& parsed) {
  auto& fields = parsed->fields;
  auto& send = *message.add_subcommand("send", "Give a running server a text to send; it answers once the message is on its disk");
  send.add_option("--tenant", parsed->tenant, "Tenant id or name")->required();
  auto* conversation = send.add_option("--conversation", fields["conversation_id"], "Conversation id (conv_…)");
  auto* channel = send.add_option("--channel", fields["channel_id"], "Channel to send from (pool_…), with --to");
  send.add_option("--to", fields["to"], "The customer's number with its country code")->needs(channel)->excludes(conversation);
  send.add_option("--text", fields["text"], "Message text")->required();
  send.add_option("--at", fields["send_at"], "Not before this time in UTC, e.g. 2026-02-03T09:15:27Z; at most 30 days ahead");
  send.add_option("--priority", fields["priority"], "Who goes first at a busy number")->check(CLI::IsMember({"interactive", "bulk"}));
  send.add_flag("--wait", parsed->wait, "Answer once WhatsApp has taken it");
  on_admin(send, parsed, [](Parsed& p, const AdminTarget& target) -> Result<void> {
    if (target.url.empty()) return Error{ErrorCode::invalid_argument, "sending needs a running server: give its --url"};
    p.call = {Method::post, p.wait ? "/admin/v1/messages?wait=true" : "/admin/v1/messages", {}};
    TRY(auto id, resolve_tenant(target, p.tenant));
    p.call.body["tenant_id"] = id;
    p.call.body["type"] = "text";
    p.call.body["text"] = json::object{{"body", p.fields["text"]}};
    for (const auto* name : {"conversation_id", "channel_id", "to", "send_at", "priority"}) {
      if (!p.fields[name].empty()) p.call.body[name] = p.fields[name];
    }
    return {};
  });
}

}  // namespace

void add_message_commands(CLI::App& app, const Shared& parsed) {
  auto& message = *app.add_subcommand("message", "Messages: send one by its number or for later, take one back")->require_subcommand(1);
  add_send(message, parsed);
  auto& cancel = *message.add_subcommand("cancel", "Take a message back that is still in line or scheduled");
  cancel.add_option("id", parsed->fields["message"], "Its id (msg_…)")->required();
  on_admin(cancel, parsed, [](Parsed& p, const AdminTarget&) -> Result<void> {
    p.call = {Method::delete_, "/admin/v1/messages/" + http::percent_encode(p.fields["message"]), {}};
    return {};
  });
}

}  // namespace wherry::app
