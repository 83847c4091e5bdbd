#include "services/idempotency/key.h"

#include <algorithm>

namespace wherry {

namespace {

constexpr std::size_t longest_key = 255;

Error invalid(std::string why) { return {ErrorCode::invalid_argument, "Idempotency-Key " + std::move(why)}; }

Result<std::string> unquote(std::string_view field) {
  if (field.size() < 2 || field.back() != '"') return invalid("has no closing quote");
  const auto inner = field.substr(1, field.size() - 2);
  std::string key;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"') return invalid("has a quote in its middle");
    if (inner[i] == '\\') {
      ++i;
      if (i == inner.size() || (inner[i] != '"' && inner[i] != '\\')) return invalid("has a broken escape");
    }
    key.push_back(inner[i]);
  }
  return key;
}

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view field) {
  if (field.empty()) return invalid("must not be empty");
  const bool printable = std::all_of(field.begin(), field.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable) return invalid("must be printable ASCII");
  std::string key(field);
  if (field.front() == '"') {
    TRY(key, unquote(field));
  } else if (field.find_first_of("\" ") != std::string_view::npos) {
    return invalid("must be quoted when it holds spaces or quotes");
  }
  if (key.empty()) return invalid("must not be empty");
  if (key.size() > longest_key) return invalid("has at most 255 characters");
  return key;
}

}  // namespace wherry
