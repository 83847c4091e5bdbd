#include <cstdio>
#include <fstream>
#include <sstream>

#include "app/command_line.h"
#include "app/commands.h"
#include "base/ids.h"

namespace wherry::app {

namespace {

std::string shown(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "-";
  return json::serialize(value);
}

void print_object(const json::object& object) {
  for (const auto& member : object) {
    std::printf("%-20s %s\n", std::string(member.key()).c_str(), shown(member.value()).c_str());
  }
}

void print_text(const json::value& answer) {
  const auto* object = answer.if_object();
  if (object == nullptr) return;
  const auto* items = json::find_array(*object, "data");
  if (items == nullptr) {
    if (!object->empty()) print_object(*object);
    return;
  }
  for (const auto& item : *items) {
    if (const auto* row = item.if_object()) print_object(*row);
    std::puts("");
  }
  std::printf("%zu in all\n", items->size());
}

int print_problem(const AdminAnswer& answer) {
  const auto* object = answer.body.if_object();
  const auto detail = object == nullptr ? std::nullopt : json::find_string(*object, "detail");
  std::fprintf(stderr, "wherry: %s (status %d)\n", std::string(detail.value_or("the call failed")).c_str(), answer.status);
  return exit_failed;
}

}  // namespace

int print_admin_call(const AdminTarget& target, const AdminCall& call, Output output) {
  auto answer = call_admin(target, call);
  if (!answer) {
    std::fprintf(stderr, "wherry: %s\n", answer.error().message.c_str());
    return exit_failed;
  }
  if (answer->status >= 400) return print_problem(*answer);
  if (output == Output::json) {
    std::puts(json::serialize(answer->body).c_str());
  } else {
    print_text(answer->body);
  }
  return exit_ok;
}

Result<std::string> resolve_tenant(const AdminTarget& target, const std::string& id_or_name) {
  if (TenantId::parse(id_or_name)) return id_or_name;
  TRY(auto answer, call_admin(target, {http::Method::get, "/admin/v1/tenants", {}}));
  const auto* page = answer.body.if_object();
  const auto* items = page == nullptr ? nullptr : json::find_array(*page, "data");
  if (items == nullptr)
    return Error{ErrorCode::permission_denied, "the tenants cannot be listed (status " + std::to_string(answer.status) + ")"};
  for (const auto& item : *items) {
    const auto* tenant = item.if_object();
    if (tenant != nullptr && json::find_string(*tenant, "name") == std::string_view(id_or_name)) {
      return std::string(json::find_string(*tenant, "id").value_or(""));
    }
  }
  return Error{ErrorCode::not_found, "no tenant has the id or name " + id_or_name};
}

Result<std::string> text_or_file(const std::string& value) {
  if (!value.starts_with('@')) return value;
  std::ifstream file(value.substr(1), std::ios::binary);
  if (!file) return Error{ErrorCode::not_found, "cannot read " + value.substr(1)};
  std::ostringstream content;
  content << file.rdbuf();
  auto text = content.str();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace wherry::app
