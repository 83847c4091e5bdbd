#include "simulator/upload_sessions.h"

#include <algorithm>

namespace wherry::sim {

void UploadSessions::add(std::string id, Session session) {
  std::lock_guard lock(mutex_);
  if (sessions_.size() >= most) {
    sessions_.erase(
        std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) { return a.second.order < b.second.order; }));
  }
  session.order = next_++;
  sessions_.insert_or_assign(std::move(id), std::move(session));
}

std::optional<UploadSessions::Session> UploadSessions::find(std::string_view id) const {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return std::nullopt;
  return found->second;
}

std::optional<UploadSessions::Session> UploadSessions::append(std::string_view id, std::uint64_t offset, std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.offset != offset || bytes > found->second.length - offset) return std::nullopt;
  found->second.offset += bytes;
  return found->second;
}

void UploadSessions::clear() {
  std::lock_guard lock(mutex_);
  sessions_.clear();
  next_ = 0;
}

}  // namespace wherry::sim
