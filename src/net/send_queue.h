#pragma once

#include <atomic>
#include <deque>
#include <string>

#include "base/completion.h"
#include "base/result.h"

namespace wherry::http {

/// Messages waiting to be written to one WebSocket, bounded in bytes.
/// Threads: reserve() and bytes() from any; the rest only on the connection's own thread.
class SendQueue {
 public:
  struct Message {
    std::string text;
    Completion<Result<void>> done;  ///< empty when nobody waits
  };
  explicit SendQueue(std::size_t limit) : limit_(limit) {}

  /// Counts the bytes of a message to be put. False when they do not fit; a single message of any size does.
  bool reserve(std::size_t size);
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  void put(Message message) { messages_.push_back(std::move(message)); }
  bool empty() const { return messages_.empty(); }
  std::size_t size() const { return messages_.size(); }
  const std::string& front() const { return messages_.front().text; }
  /// Takes the first message out and tells who waits for it.
  void finish_front(Result<void> result);
  /// Answers every message behind the first `kept` with `error`.
  void drop_behind(std::size_t kept, const Error& error);

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> bytes_{0};
  std::deque<Message> messages_;
};

}  // namespace wherry::http
