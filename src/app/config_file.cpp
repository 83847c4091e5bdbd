#include <sys/stat.h>
#include <toml++/toml.h>
#include <sstream>

#include "app/config.h"

namespace wherry::app {

namespace {
std::optional<std::string> as_text(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return *text;
  if (auto flag = node.value_exact<bool>()) return std::string(*flag ? "true" : "false");
  if (auto integer = node.value_exact<std::int64_t>()) return std::to_string(*integer);
  return std::nullopt;
}
}  // namespace

Result<std::map<std::string, std::string>> read_config_file(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return Error{ErrorCode::not_found, "cannot read the configuration file " + path};
  std::map<std::string, std::string> values;
  try {
    for (const auto& [key, node] : toml::parse_file(path)) {
      const std::string name(key.str());
      const auto& all = settings();
      const bool known = std::any_of(all.begin(), all.end(), [&](const Setting& setting) { return setting.name == name; });
      const auto line = path + ":" + std::to_string(node.source().begin.line) + ": ";
      if (!known) return Error{ErrorCode::invalid_argument, line + "unknown setting " + name};
      auto text = as_text(node);
      if (!text) return Error{ErrorCode::invalid_argument, line + name + " must be a string, a whole number, true or false"};
      values[name] = *text;
    }
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << path << ":" << error.source().begin.line << ": " << error.description();
    return Error{ErrorCode::invalid_argument, where.str()};
  }
  return values;
}

}  // namespace wherry::app
