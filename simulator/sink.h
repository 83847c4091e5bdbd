#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/message.h"

namespace wherry::sim {

/// A Graph endpoint without state for benchmarks of clients: takes whatever is sent, answers success, tells nobody.
/// Every send gets a wamid of its own. Threads: any.
class Sink {
 public:
  /// Sends are POST …/messages and …/marketing_messages (of the body only `to` is looked at), uploads POST …/media; the rest gets
  /// {"success":true}.
  Task<http::Response> handle(http::Request& request);

  /// The n-th outbound message id for a number.
  static std::string wamid(std::string_view digits, std::uint64_t n);
  /// The body that answers a send.
  static std::string send_answer(std::string_view request_body, std::uint64_t n);

  std::uint64_t accepted() const { return next_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace wherry::sim
