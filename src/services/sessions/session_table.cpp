#include "services/sessions/session_table.h"

namespace wherry {

SessionTable::Entry* SessionTable::entry(ChannelId channel) {
  const auto found = entries_.find(channel);
  return found == entries_.end() ? nullptr : &found->second;
}

const SessionTable::Entry* SessionTable::entry(ChannelId channel) const {
  const auto found = entries_.find(channel);
  return found == entries_.end() ? nullptr : &found->second;
}

void SessionTable::put(LinkedSession session) {
  std::lock_guard lock(mutex_);
  auto& slot = entries_[session.channel];
  slot.session = std::move(session);
}

void SessionTable::erase(ChannelId channel) {
  std::lock_guard lock(mutex_);
  entries_.erase(channel);
}

std::optional<LinkedSession> SessionTable::find(ChannelId channel) const {
  std::lock_guard lock(mutex_);
  const auto* known = entry(channel);
  return known == nullptr ? std::nullopt : std::optional(known->session);
}

std::vector<LinkedSession> SessionTable::all() const {
  std::lock_guard lock(mutex_);
  std::vector<LinkedSession> all;
  all.reserve(entries_.size());
  for (const auto& [id, known] : entries_) all.push_back(known.session);
  return all;
}

std::size_t SessionTable::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

std::optional<SessionState> SessionTable::set_state(ChannelId channel, const SessionState& state, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto* known = entry(channel);
  if (known == nullptr) return std::nullopt;
  auto before = std::exchange(known->session.state, state);
  known->session.updated_at = now;
  if (state.state == linked::State::working) known->session.last_connected_at = now;
  ++known->states;
  return before;
}

std::uint64_t SessionTable::states_noted(ChannelId channel) const {
  std::lock_guard lock(mutex_);
  const auto* known = entry(channel);
  return known == nullptr ? 0 : known->states;
}

void SessionTable::set_qr(ChannelId channel, linked::QrCode code) {
  std::lock_guard lock(mutex_);
  if (auto* known = entry(channel)) known->qr = std::move(code);
}

void SessionTable::set_pairing_code(ChannelId channel, linked::PairingCode code) {
  std::lock_guard lock(mutex_);
  if (auto* known = entry(channel)) known->code = std::move(code);
}

void SessionTable::forget_codes(ChannelId channel) {
  std::lock_guard lock(mutex_);
  auto* known = entry(channel);
  if (known == nullptr) return;
  known->qr.reset();
  known->code.reset();
}

std::optional<linked::QrCode> SessionTable::qr(ChannelId channel, Timestamp now) const {
  std::lock_guard lock(mutex_);
  const auto* known = entry(channel);
  return known != nullptr && known->qr && now < known->qr->expires_at ? known->qr : std::nullopt;
}

std::optional<linked::PairingCode> SessionTable::pairing_code(ChannelId channel, Timestamp now) const {
  std::lock_guard lock(mutex_);
  const auto* known = entry(channel);
  return known != nullptr && known->code && now < known->code->expires_at ? known->code : std::nullopt;
}

bool SessionTable::runs(ChannelId channel) const {
  std::lock_guard lock(mutex_);
  const auto* known = entry(channel);
  return known != nullptr && known->runs;
}

void SessionTable::set_runs(ChannelId channel, bool runs) {
  std::lock_guard lock(mutex_);
  if (auto* known = entry(channel)) known->runs = runs;
}

void SessionTable::set_unsaved(ChannelId channel, bool unsaved) {
  std::lock_guard lock(mutex_);
  if (auto* known = entry(channel)) known->unsaved = unsaved;
}

std::vector<ChannelId> SessionTable::unsaved() const {
  std::lock_guard lock(mutex_);
  std::vector<ChannelId> ids;
  for (const auto& [id, known] : entries_) {
    if (known.unsaved) ids.push_back(id);
  }
  return ids;
}

}  // namespace wherry
