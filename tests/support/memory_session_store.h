#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "services/ports/session_store.h"

namespace wherry::test {

/// SessionStore in memory.
class MemorySessionStore final : public SessionStore {
 public:
  bool outage = false;               ///< every call fails
  int fail_write = 0;                ///< the write of that number (from 1) fails, and nothing of it is done
  int writes = 0;
  std::map<ChannelId, LinkedSession> sessions;
  std::vector<JournalEvent> told;
  std::map<ChannelId, std::pair<std::string, Timestamp>> owners;
  std::map<std::tuple<ChannelId, std::string, std::string>, std::string> keys;
  std::map<std::tuple<ChannelId, std::string, std::string>, KeptBytes> bytes;

  Task<Result<void>> add_session(LinkedSession session) override {
    if (down()) co_return refused();
    sessions[session.channel] = session;
    co_return Result<void>();
  }
  Task<Result<std::vector<LinkedSession>>> list_sessions() override {
    if (outage) co_return refused();
    std::vector<LinkedSession> list;
    for (const auto& [id, session] : sessions) list.push_back(session);
    co_return list;
  }
  Task<Result<void>> remove_session(ChannelId channel) override {
    if (down()) co_return refused();
    sessions.erase(channel);
    owners.erase(channel);
    std::erase_if(keys, [&](const auto& one) { return std::get<0>(one.first) == channel; });
    std::erase_if(bytes, [&](const auto& one) { return std::get<0>(one.first) == channel; });
    co_return Result<void>();
  }
  Task<Result<void>> set_settings(ChannelId channel, SessionSettings settings, Timestamp) override {
    co_return change(channel, [&](LinkedSession& session) { session.settings = settings; });
  }
  Task<Result<void>> set_wanted(ChannelId channel, bool wanted, Timestamp) override {
    co_return change(channel, [&](LinkedSession& session) { session.wanted = wanted; });
  }
  Task<Result<void>> set_state(ChannelId channel, SessionState state, JournalEvent event) override {
    auto done = change(channel, [&](LinkedSession& session) { session.state = state; });
    if (done) told.push_back(std::move(event));
    co_return done;
  }
  Task<Result<void>> set_linked_to(ChannelId channel, linked::Pairing number, Timestamp) override {
    co_return change(channel, [&](LinkedSession& session) { session.linked_to = number; });
  }
  Task<Result<void>> set_restricted(ChannelId channel, std::optional<Timestamp> until, JournalEvent event) override {
    auto done = change(channel, [&](LinkedSession& session) { session.restricted_until = until; });
    if (done) told.push_back(std::move(event));
    co_return done;
  }
  Task<Result<void>> tell(JournalEvent event) override {
    if (down()) co_return refused();
    told.push_back(std::move(event));
    co_return Result<void>();
  }

  Task<Result<void>> acquire(ChannelId channel, std::string owner, Timestamp now, Timestamp until) override {
    if (down()) co_return refused();
    const auto held = owners.find(channel);
    if (held != owners.end() && held->second.first != owner && held->second.second >= now) {
      co_return Error{ErrorCode::conflict, "another process runs this session"};
    }
    owners[channel] = {std::move(owner), until};
    co_return Result<void>();
  }
  Task<Result<std::vector<ChannelId>>> renew(std::string owner, Timestamp until) override {
    if (down()) co_return refused();
    std::vector<ChannelId> held;
    for (auto& [channel, lease] : owners) {
      if (lease.first != owner) continue;
      lease.second = until;
      held.push_back(channel);
    }
    co_return held;
  }
  Task<Result<void>> release(ChannelId channel, std::string owner) override {
    if (down()) co_return refused();
    std::erase_if(owners, [&](const auto& one) { return one.first == channel && one.second.first == owner; });
    co_return Result<void>();
  }

  Task<Result<linked::KeyPage>> get_keys(ChannelId channel, std::string type, std::vector<std::string> ids, std::size_t) override {
    if (outage) co_return refused();
    linked::KeyPage page;
    for (auto& id : ids) {
      const auto found = keys.find({channel, type, id});
      if (found != keys.end()) page.keys.push_back({type, id, Secret(found->second)});
    }
    co_return page;
  }
  Task<Result<void>> set_keys(ChannelId channel, std::string owner, linked::KeyFormat format, std::vector<linked::Key> changes) override {
    if (down()) co_return refused();
    if (!owns(channel, owner)) co_return Error{ErrorCode::conflict, "not yours"};
    sessions[channel].key_format = std::move(format);
    for (auto& key : changes) {
      if (key.value) keys[{channel, key.type, key.id}] = key.value->reveal();
      else keys.erase({channel, key.type, key.id});
    }
    co_return Result<void>();
  }
  Task<Result<void>> wipe_keys(ChannelId channel, std::string owner, Timestamp) override {
    if (down()) co_return refused();
    if (!owner.empty() && !owns(channel, owner)) co_return Error{ErrorCode::conflict, "not yours"};
    std::erase_if(keys, [&](const auto& one) { return std::get<0>(one.first) == channel; });
    sessions[channel].linked_to.reset();
    sessions[channel].key_format.clear();
    co_return Result<void>();
  }
  Task<Result<void>> keep_bytes(KeptBytes kept) override {
    if (down()) co_return refused();
    const std::tuple key{kept.channel, kept.chat, kept.message_id};
    if (kept.replaces) bytes.insert_or_assign(key, kept);
    else bytes.try_emplace(key, kept);
    co_return Result<void>();
  }
  Task<Result<std::optional<std::string>>> find_bytes(ChannelId channel, std::vector<std::string> chats, std::string id) override {
    if (outage) co_return refused();
    for (const auto& chat : chats) {
      const auto found = bytes.find({channel, chat, id});
      if (found != bytes.end()) co_return std::optional(found->second.bytes.reveal());
    }
    co_return std::optional<std::string>();
  }
  Task<Result<std::optional<std::string>>> find_author(ChannelId channel, std::vector<std::string> chats, std::string id) override {
    if (outage) co_return refused();
    for (const auto& chat : chats) {
      const auto found = bytes.find({channel, chat, id});
      if (found != bytes.end()) co_return std::optional(found->second.author);
    }
    co_return std::optional<std::string>();
  }
  Task<Result<std::uint64_t>> forget_bytes(Timestamp before) override {
    co_return std::erase_if(bytes, [&](const auto& one) { return one.second.at < before; });
  }

 private:
  bool down() { return outage || ++writes == fail_write; }
  static Error refused() { return {ErrorCode::unavailable, "the store is down"}; }
  bool owns(ChannelId channel, const std::string& owner) const {
    const auto held = owners.find(channel);
    return held != owners.end() && held->second.first == owner;
  }
  template <class Change>
  Result<void> change(ChannelId channel, Change change) {
    if (down()) return refused();
    const auto found = sessions.find(channel);
    if (found == sessions.end()) return Error{ErrorCode::not_found, "no such session"};
    change(found->second);
    return {};
  }
};

}  // namespace wherry::test
