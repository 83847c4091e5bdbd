#pragma once

#include "base/crypto.h"
#include "services/ports/access_store.h"
#include "store/database.h"

namespace wherry::store {

/// Channels; their secrets are sealed before they reach the disk.
class SqlChannelStore final : public ChannelStore {
 public:
  SqlChannelStore(Database& database, const SecretBox& secrets) : database_(database), secrets_(secrets) {}
  Task<Result<void>> add_channel(Channel channel) override;
  Task<Result<void>> update_channel(Channel channel) override;
  Task<Result<void>> remove_channel(ChannelId id, Timestamp at) override;
  Task<Result<std::vector<Channel>>> list_channels() override;

 private:
  std::vector<Value> values(const Channel& channel) const;
  Result<Channel> to_channel(const Row& row) const;

  Database& database_;
  const SecretBox& secrets_;
};

}  // namespace wherry::store
