#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "app/command_line.h"
#include "app/commands.h"

namespace wherry::app {

namespace {

struct Line {
  std::string severity;  // ok, warning, problem
  std::string what;
  std::string fix;
};

std::vector<Line> check_data_dir(const Config& config) {
  std::vector<Line> lines;
  const auto& dir = config.data_dir;
  if (::access(dir.c_str(), F_OK) != 0)
    return {{"problem", "data directory " + dir + " does not exist", "start `wherry serve` once, or give --data-dir"}};
  if (::access(dir.c_str(), W_OK) != 0)
    lines.push_back({"problem", "data directory " + dir + " is not writable", "check its owner and mode"});
  struct statvfs disk{};
  if (statvfs(dir.c_str(), &disk) == 0) {
    const auto free_mib = disk.f_bavail * disk.f_frsize / (1024 * 1024);
    const auto text = std::to_string(free_mib) + " MiB free for " + dir;
    if (free_mib < 1024) {
      lines.push_back({"warning", text, "make room: a full disk stops sending"});
    } else {
      lines.push_back({"ok", text, ""});
    }
  }
  return lines;
}

// What a channel check answered, as lines that begin with the channel's number.
std::vector<Line> read_findings(const json::object& channel, const AdminAnswer& answer) {
  const auto number = std::string(json::find_string(channel, "display_number").value_or("?"));
  const auto* object = answer.body.if_object();
  const auto* findings = object == nullptr ? nullptr : json::find_array(*object, "findings");
  if (findings == nullptr) return {{"problem", number + ": the check failed with status " + std::to_string(answer.status), ""}};
  std::vector<Line> lines;
  for (const auto& finding : *findings) {
    if (!finding.is_object()) continue;
    const auto& item = finding.get_object();
    lines.push_back({std::string(json::find_string(item, "severity").value_or("problem")),
                     "+" + number + ": " + std::string(json::find_string(item, "what").value_or("")),
                     std::string(json::find_string(item, "fix").value_or(""))});
  }
  return lines;
}

Result<std::vector<Line>> check_channels(const AdminTarget& target) {
  TRY(auto listed, call_admin(target, {http::Method::get, "/admin/v1/channels", {}}));
  const auto* page = listed.body.if_object();
  const auto* channels = page == nullptr ? nullptr : json::find_array(*page, "data");
  if (listed.status != 200 || channels == nullptr) {
    return Error{ErrorCode::permission_denied,
                 "the channels cannot be listed (status " + std::to_string(listed.status) + "); is the admin key right?"};
  }
  std::vector<Line> lines;
  if (channels->empty()) lines.push_back({"warning", "there is no channel", "add one: wherry channel add --help"});
  for (const auto& item : *channels) {
    const auto& channel = item.as_object();
    const auto id = std::string(json::find_string(channel, "id").value_or(""));
    TRY(auto answer, call_admin(target, {http::Method::post, "/admin/v1/channels/" + id + "/check", {}}));
    for (auto& line : read_findings(channel, answer)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

int doctor(const AdminTarget& target, Output output) {
  std::vector<Line> lines;
  if (target.url.empty()) lines = check_data_dir(target.config);
  auto channels = check_channels(target);
  if (channels) {
    lines.insert(lines.end(), channels->begin(), channels->end());
  } else {
    lines.push_back({"problem", channels.error().message, ""});
  }
  bool healthy = true;
  json::array items;
  for (const auto& line : lines) {
    healthy = healthy && line.severity != "problem";
    if (output == Output::text)
      std::printf("%-8s %s%s%s\n", line.severity.c_str(), line.what.c_str(), line.fix.empty() ? "" : "\n         fix: ", line.fix.c_str());
    items.push_back(json::object{{"severity", line.severity}, {"what", line.what}, {"fix", line.fix}});
  }
  if (output == Output::json) std::puts(json::serialize(json::object{{"healthy", healthy}, {"findings", std::move(items)}}).c_str());
  return healthy ? exit_ok : exit_failed;
}

}  // namespace wherry::app
