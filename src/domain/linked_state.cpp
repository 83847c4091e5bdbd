#include "domain/linked_state.h"

#include <algorithm>
#include <array>

namespace wherry::linked {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 15> states{"stopped",    "starting",         "unpaired", "qr",       "code",
                                                  "pairing",    "passkey_required", "syncing",  "working",  "disconnected",
                                                  "logged_out", "replaced",         "banned",   "outdated", "failed"};
constexpr std::array<std::string_view, 23> reasons{"none",
                                                   "requested",
                                                   "expired",
                                                   "restart",
                                                   "unlinked",
                                                   "locked",
                                                   "banned",
                                                   "temporary_ban",
                                                   "outdated",
                                                   "client_refused",
                                                   "no_multi_device",
                                                   "replaced",
                                                   "lost",
                                                   "closed",
                                                   "server",
                                                   "network",
                                                   "untrusted_server",
                                                   "store_refused",
                                                   "store_slow",
                                                   "too_many_devices",
                                                   "internal",
                                                   "transport_lost",
                                                   "other"};
static_assert(states.size() == static_cast<std::size_t>(State::failed) + 1);
static_assert(reasons.size() == static_cast<std::size_t>(Reason::other) + 1);

}  // namespace

std::string_view to_string(State state) { return states.at(static_cast<std::size_t>(state)); }
std::string_view to_string(Reason reason) { return reasons.at(static_cast<std::size_t>(reason)); }

std::optional<State> state_from(std::string_view text) {
  const auto found = std::ranges::find(states, text);
  if (found == states.end()) return std::nullopt;
  return static_cast<State>(found - states.begin());
}

Reason reason_from(std::string_view text) {
  const auto found = std::ranges::find(reasons, text);
  if (found == reasons.end()) return Reason::other;
  return static_cast<Reason>(found - reasons.begin());
}

bool is_final(State state) {
  switch (state) {
    case State::starting:
    case State::qr:
    case State::code:
    case State::pairing:
    case State::syncing:
    case State::working:
    case State::disconnected: return false;
    case State::stopped:
    case State::unpaired:
    case State::passkey_required:
    case State::logged_out:
    case State::replaced:
    case State::banned:
    case State::outdated:
    case State::failed: return true;
  }
  return true;
}

}  // namespace wherry::linked
