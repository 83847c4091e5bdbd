#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "services/ports/media_store.h"

namespace wherry::test {

/// MediaRows that only knows remote ids.
class RemoteIdRows final : public MediaRows {
 public:
  struct Known {
    std::string id;
    Timestamp expires_at;
  };
  std::map<std::tuple<ChannelId, Sha256, std::string>, Known> known;
  bool outage = false;
  int forgotten = 0;

  Task<Result<void>> add_media(Media) override { co_return Error{ErrorCode::internal, "not used"}; }
  Task<Result<std::optional<Media>>> find_media(MediaId) override { co_return Error{ErrorCode::internal, "not used"}; }
  Task<Result<void>> expire_media(MediaId, Timestamp) override { co_return Result<void>(); }
  Task<Result<std::uint64_t>> purge_media(Timestamp) override { co_return Error{ErrorCode::internal, "not used"}; }
  Task<Result<bool>> is_referenced(Sha256, Timestamp) override { co_return Error{ErrorCode::internal, "not used"}; }

  Task<Result<std::optional<std::string>>> find_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, Timestamp now) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    const auto found = known.find({channel, sha256, mime_type});
    if (found == known.end() || found->second.expires_at <= now) co_return std::optional<std::string>();
    co_return std::optional<std::string>(found->second.id);
  }
  Task<Result<void>> remember_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type, std::string remote_id,
                                        Timestamp expires_at) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    known[{channel, sha256, mime_type}] = {std::move(remote_id), expires_at};
    co_return Result<void>();
  }
  Task<Result<void>> forget_remote_id(ChannelId channel, Sha256 sha256, std::string mime_type) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    ++forgotten;
    known.erase({channel, sha256, mime_type});
    co_return Result<void>();
  }
};

}  // namespace wherry::test
