#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "services/ports/session_store.h"

namespace wherry {

/// Every linked number as it stands, in memory, with what is never stored: codes for linking, and what runs here. Threads: any.
class SessionTable {
 public:
  void put(LinkedSession session);
  void erase(ChannelId channel);
  std::optional<LinkedSession> find(ChannelId channel) const;
  std::vector<LinkedSession> all() const;                ///< in order of creation
  std::size_t size() const;

  /// Changes a session in place; false when there is none.
  template <class Change>
  bool update(ChannelId channel, Change change) {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(channel);
    if (found == entries_.end()) return false;
    change(found->second.session);
    return true;
  }
  /// Notes a state and gives the one before; nullopt when there is no such session.
  std::optional<SessionState> set_state(ChannelId channel, const SessionState& state, Timestamp now);
  /// How many states have been noted: tells whether something happened in between.
  std::uint64_t states_noted(ChannelId channel) const;

  void set_qr(ChannelId channel, linked::QrCode code);
  void set_pairing_code(ChannelId channel, linked::PairingCode code);
  void forget_codes(ChannelId channel);
  std::optional<linked::QrCode> qr(ChannelId channel, Timestamp now) const;  ///< unless it has expired
  std::optional<linked::PairingCode> pairing_code(ChannelId channel, Timestamp now) const;

  /// Whether the transport was told to run it.
  bool runs(ChannelId channel) const;
  void set_runs(ChannelId channel, bool runs);
  /// A state that is noted here but is not on disk.
  void set_unsaved(ChannelId channel, bool unsaved);
  std::vector<ChannelId> unsaved() const;

 private:
  struct Entry {
    LinkedSession session;
    std::optional<linked::QrCode> qr;
    std::optional<linked::PairingCode> code;
    std::uint64_t states = 0;
    bool runs = false, unsaved = false;
  };
  Entry* entry(ChannelId channel);
  const Entry* entry(ChannelId channel) const;

  mutable std::mutex mutex_;
  std::map<ChannelId, Entry> entries_;
};

}  // namespace wherry
