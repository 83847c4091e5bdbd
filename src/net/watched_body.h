#pragma once

#include "net/body.h"

namespace wherry::http {

/// Knows how much of a body its reader took, so that a connection can be kept when little is left of it.
class WatchedBody final : public BodyReader {
 public:
  explicit WatchedBody(BodyReader& inner) : inner_(inner) {}
  Task<Result<std::string_view>> read() override {
    auto piece = co_await inner_.read();
    touched_ = true;
    if (piece && piece->empty()) ended_ = true;
    if (!piece) broken_ = true;
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return inner_.content_length(); }
  bool touched() const { return touched_; }
  /// Reads the rest away: a client that is still writing hears the answer only once its body has been taken.
  Task<void> skip() {
    for (std::uint64_t skipped = 0; !ended_ && !broken_ && skipped < most_skipped;) {
      auto piece = co_await read();
      if (piece) skipped += piece->size();
    }
  }
  /// More than it is cheaper to skip than to open a new connection: close this one.
  bool leaves_much() const { return broken_ || (!ended_ && content_length().value_or(worth_reading + 1) > worth_reading); }

 private:
  static constexpr std::uint64_t worth_reading = 64 * 1024;
  static constexpr std::uint64_t most_skipped = 150ull << 20;

  BodyReader& inner_;
  bool touched_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

}  // namespace wherry::http
