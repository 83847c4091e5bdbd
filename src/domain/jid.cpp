#include "domain/jid.h"

#include <algorithm>

namespace wherry {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '+'; }

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

JidKind kind_of(std::string_view server) {
  if (server == "s.whatsapp.net") return JidKind::user;
  if (server == "lid") return JidKind::lid;
  if (server == "g.us") return JidKind::group;
  if (server == "newsletter") return JidKind::newsletter;
  if (server == "broadcast") return JidKind::broadcast;
  return JidKind::other;
}

bool fits(JidKind kind, std::string_view user) {
  switch (kind) {
    case JidKind::user:
    case JidKind::lid: return all_digits(user) && user.size() <= 20;
    case JidKind::group: return is_digit(user.front()) && std::ranges::all_of(user, [](char c) { return is_digit(c) || c == '-'; });
    case JidKind::newsletter: return all_digits(user);
    case JidKind::broadcast:
    case JidKind::other: return std::ranges::all_of(user, is_word);
  }
  return false;
}

// The user without ":device" and "_agent"; empty when what follows is not a number.
std::string_view without_device(std::string_view user) {
  for (const char mark : {':', '_'}) {
    const auto at = user.find(mark);
    if (at == std::string_view::npos) continue;
    const auto tail = user.substr(at + 1);
    if (!all_digits(tail) || tail.size() > 5) return {};
    user = user.substr(0, at);
  }
  return user;
}

}  // namespace

std::optional<Jid> Jid::parse(std::string_view text) {
  if (text.size() > longest) return std::nullopt;
  const auto at = text.find('@');
  if (at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return std::nullopt;
  auto server = text.substr(at + 1);
  if (server == "c.us") server = "s.whatsapp.net";
  if (server.empty() || !is_lower(server.front()) ||
      !std::ranges::all_of(server, [](char c) { return is_lower(c) || is_digit(c) || c == '.'; }))
    return std::nullopt;
  const auto user = without_device(text.substr(0, at));
  const auto kind = kind_of(server);
  if (user.empty() || !fits(kind, user)) return std::nullopt;
  std::string normal(user);
  normal += '@';
  normal += server;
  if (normal.size() > longest) return std::nullopt;
  return Jid(std::move(normal), user.size(), kind);
}

Jid Jid::of(const WaId& number) { return Jid(number.digits + "@s.whatsapp.net", number.digits.size(), JidKind::user); }

std::optional<WaId> Jid::number() const {
  if (kind_ != JidKind::user) return std::nullopt;
  return parse_wa_id(user());
}

std::string_view to_string(JidKind kind) {
  switch (kind) {
    case JidKind::user: return "user";
    case JidKind::lid: return "lid";
    case JidKind::group: return "group";
    case JidKind::newsletter: return "newsletter";
    case JidKind::broadcast: return "broadcast";
    case JidKind::other: return "other";
  }
  return "other";
}

}  // namespace wherry
