#include "domain/scope.h"

namespace wherry {

namespace {
constexpr Scope all_scopes[] = {Scope::send, Scope::read, Scope::manage};
}

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::send: return "send";
    case Scope::read: return "read";
    case Scope::manage: break;
  }
  return "manage";
}

std::optional<Scope> scope_from(std::string_view text) {
  for (const auto scope : all_scopes) {
    if (text == to_string(scope)) return scope;
  }
  return std::nullopt;
}

std::vector<std::string_view> Scopes::names() const {
  std::vector<std::string_view> names;
  for (const auto scope : all_scopes) {
    if (bits_ != 0 && allow(scope)) names.push_back(to_string(scope));
  }
  return names;
}

Scopes Scopes::from_bits(std::uint8_t bits) {
  Scopes scopes;
  for (const auto scope : all_scopes) {
    if ((bits & static_cast<std::uint8_t>(scope)) != 0) scopes.add(scope);
  }
  return scopes;
}

}  // namespace wherry
