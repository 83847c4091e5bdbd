#pragma once

#include "base/crypto.h"
#include "services/journal/journal_feed.h"
#include "services/ports/session_store.h"
#include "store/database.h"

namespace wherry::store {

/// SessionStore in SQL. Keys and bytes are sealed with a key of their own, derived from the master key. `feed`, if there is one, is told of
/// every journal row.
class SqlSessionStore final : public SessionStore {
 public:
  SqlSessionStore(Database& database, const SecretBox& secrets, JournalFeed* feed = nullptr)
      : database_(database), keys_(secrets.derive("linked-keys")), bytes_(secrets.derive("linked-bytes")), feed_(feed) {}

  Task<Result<void>> add_session(LinkedSession session) override;
  Task<Result<std::vector<LinkedSession>>> list_sessions() override;
  Task<Result<void>> remove_session(ChannelId channel) override;
  Task<Result<void>> set_settings(ChannelId channel, SessionSettings settings, Timestamp now) override;
  Task<Result<void>> set_wanted(ChannelId channel, bool wanted, Timestamp now) override;
  Task<Result<void>> set_state(ChannelId channel, SessionState state, JournalEvent told) override;
  Task<Result<void>> set_linked_to(ChannelId channel, linked::Pairing number, Timestamp now) override;
  Task<Result<void>> set_restricted(ChannelId channel, std::optional<Timestamp> until, JournalEvent told) override;
  Task<Result<void>> tell(JournalEvent event) override;
  Task<Result<void>> acquire(ChannelId channel, std::string owner, Timestamp now, Timestamp until) override;
  Task<Result<std::vector<ChannelId>>> renew(std::string owner, Timestamp until) override;
  Task<Result<void>> release(ChannelId channel, std::string owner) override;
  Task<Result<linked::KeyPage>> get_keys(ChannelId channel, std::string type, std::vector<std::string> ids,
                                         std::size_t most_bytes) override;
  Task<Result<void>> set_keys(ChannelId channel, std::string owner, linked::KeyFormat format, std::vector<linked::Key> changes) override;
  Task<Result<void>> wipe_keys(ChannelId channel, std::string owner, Timestamp now) override;
  Task<Result<void>> keep_bytes(KeptBytes bytes) override;
  Task<Result<std::optional<std::string>>> find_bytes(ChannelId channel, std::vector<std::string> chats, std::string message_id) override;
  Task<Result<std::optional<std::string>>> find_author(ChannelId channel, std::vector<std::string> chats, std::string message_id) override;
  Task<Result<std::uint64_t>> forget_bytes(Timestamp before) override;

 private:
  Task<Result<void>> change(Batch batch);
  Task<Result<void>> change_and_tell(Batch batch, TenantId tenant);

  Database& database_;
  SecretBox keys_, bytes_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
