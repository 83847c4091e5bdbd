#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace wherry::sim {

/// Resumable uploads under way: only how much has arrived is kept, since a finished one is known by its handle alone.
/// Bounded; the oldest go first. Threads: any.
class UploadSessions {
 public:
  struct Session {
    std::string app_id;
    std::string file_type;
    std::uint64_t length = 0;
    std::uint64_t offset = 0;  ///< bytes that have arrived
    std::uint64_t order = 0;
  };
  void add(std::string id, Session session);
  std::optional<Session> find(std::string_view id) const;
  /// Counts bytes that followed `offset`; the session as it is then, nullopt when it is unknown or stands elsewhere.
  std::optional<Session> append(std::string_view id, std::uint64_t offset, std::uint64_t bytes);
  void clear();

 private:
  static constexpr std::size_t most = 1'000;
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace wherry::sim
