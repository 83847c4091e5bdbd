#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "services/live/keyed_connections.h"

namespace wherry {

/// Streams that follow the journal: all that is known of them is their key. Threads: any.
class OpenStreams final : public KeyedConnections {
 public:
  /// One of them, as long as it lives.
  class Entry {
   public:
    /// `end` closes the stream; it is called from any thread, with nothing locked.
    Entry(OpenStreams& streams, KeyId key, std::function<void()> end);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    OpenStreams& streams_;
    std::uint64_t number_;
  };

  std::vector<KeyId> keys() const override;
  std::size_t expel(KeyId key) override;

 private:
  struct Stream {
    KeyId key;
    std::function<void()> end;
  };
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Stream> streams_;
};

}  // namespace wherry
