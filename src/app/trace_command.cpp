#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"
#include "net/message.h"

namespace wherry::app {

namespace {

std::string text_of(const json::object& object, std::string_view name) {
  const auto* member = json::find(object, name);
  if (member == nullptr) return "";
  return member->is_string() ? std::string(member->get_string()) : json::serialize(*member);
}

void add(std::string& line, std::string_view label, const std::string& value) {
  if (value.empty()) return;
  if (!line.empty()) line += ", ";
  line.append(label).append(value);
}

/// What the error says, in the words one would search for.
void add_error(std::string& line, const json::object& step) {
  const auto* error = json::find_object(step, "error");
  if (error == nullptr) return;
  const auto code = text_of(*error, "code");
  add(line, "", text_of(*error, "title"));
  if (code != "0") add(line, "code ", code);
  if (text_of(*error, "http_status") != "0") add(line, "HTTP ", text_of(*error, "http_status"));
  add(line, "", text_of(*error, "details"));
  add(line, "fbtrace_id ", text_of(*error, "fbtrace_id"));
}

std::string facts_of(const json::object& step) {
  std::string line;
  if (const auto* attempt = json::find_object(step, "attempt")) {
    add(line, "attempt ", text_of(*attempt, "number"));
    add(line, "begun ", text_of(*attempt, "started_at"));
  }
  add(line, "", text_of(step, "status"));
  add(line, "", text_of(step, "type"));
  add(line, "", text_of(step, "wamid"));
  add_error(line, step);
  add(line, "next try ", text_of(step, "next_attempt_at"));
  if (const auto* media = json::find_object(step, "media")) {
    add(line, "", text_of(*media, "id"));
    add(line, "", text_of(*media, "mime_type"));
    add(line, "bytes ", text_of(*media, "size"));
  }
  if (text_of(step, "at") != text_of(step, "recorded_at")) add(line, "by WhatsApp's clock ", text_of(step, "at"));
  return line;
}

void print_webhooks(const json::object& step) {
  const auto* webhooks = json::find_array(step, "webhooks");
  if (webhooks == nullptr) return;
  for (const auto& one : *webhooks) {
    const auto& hook = one.get_object();
    const auto error = text_of(hook, "error");
    std::printf("%s  %-18s %s, attempt %s, HTTP %s, %s ms%s%s\n", text_of(hook, "at").c_str(), "  to webhook",
                text_of(hook, "subscription_id").c_str(), text_of(hook, "attempt").c_str(), text_of(hook, "status").c_str(),
                text_of(hook, "took_ms").c_str(), error.empty() ? "" : ", ", error.c_str());
  }
}

void print_timeline(const json::object& timeline) {
  std::printf("%s %s %s, %s\n", text_of(timeline, "direction").c_str(), text_of(timeline, "type").c_str(),
              text_of(timeline, "message_id").c_str(), text_of(timeline, "state").c_str());
  if (text_of(timeline, "complete") != "true") std::puts("(the beginning is no longer in the journal)");
  const auto* steps = json::find_array(timeline, "data");
  if (steps == nullptr) return;
  for (const auto& one : *steps) {
    const auto& step = one.get_object();
    std::printf("%s  %-18s %s\n", text_of(step, "recorded_at").c_str(), text_of(step, "event").c_str(), facts_of(step).c_str());
    print_webhooks(step);
  }
}

}  // namespace

int trace(const AdminTarget& target, const std::string& message, Output output) {
  const AdminCall call{http::Method::get, "/admin/v1/messages/" + http::percent_encode(message) + "/timeline", {}};
  if (output == Output::json) return print_admin_call(target, call, output);
  auto answer = call_admin(target, call);
  if (!answer || answer->status >= 400 || !answer->body.is_object()) return print_admin_call(target, call, output);
  print_timeline(answer->body.get_object());
  return exit_ok;
}

}  // namespace wherry::app
