#include "services/live/open_streams.h"

#include <set>

namespace wherry {

OpenStreams::Entry::Entry(OpenStreams& streams, KeyId key, std::function<void()> end) : streams_(streams) {
  std::lock_guard lock(streams.mutex_);
  number_ = streams.next_++;
  streams.streams_.emplace(number_, Stream{key, std::move(end)});
}

OpenStreams::Entry::~Entry() {
  std::lock_guard lock(streams_.mutex_);
  streams_.streams_.erase(number_);
}

std::vector<KeyId> OpenStreams::keys() const {
  std::set<KeyId> keys;
  std::lock_guard lock(mutex_);
  for (const auto& [number, stream] : streams_) keys.insert(stream.key);
  return {keys.begin(), keys.end()};
}

std::size_t OpenStreams::expel(KeyId key) {
  std::vector<std::function<void()>> ends;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [number, stream] : streams_) {
      if (stream.key == key) ends.push_back(stream.end);
    }
  }
  for (const auto& end : ends) end();
  return ends.size();
}

}  // namespace wherry
