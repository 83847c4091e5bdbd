#include "api/sessions/tickets.h"

#include "base/random.h"

namespace wherry::api::sessions {

namespace {
constexpr std::size_t length = 43;  // 256 bits
}

void Tickets::drop_old(Timestamp now) {
  while (!by_age_.empty() && (by_age_.begin()->first <= now || entries_.size() >= most)) {
    entries_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
}

Tickets::Ticket Tickets::issue(Listening what, Timestamp now) {
  Ticket ticket{random_text(length, alphanumeric), now + lifetime};
  std::lock_guard lock(mutex_);
  drop_old(now);
  entries_.emplace(ticket.text, Entry{std::move(what), ticket.expires_at});
  by_age_.emplace(ticket.expires_at, ticket.text);
  return ticket;
}

std::optional<Listening> Tickets::take(const std::string& text, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto found = entries_.extract(text);
  if (!found || found.mapped().expires_at <= now) return std::nullopt;
  return std::move(found.mapped().what);
}

}  // namespace wherry::api::sessions
