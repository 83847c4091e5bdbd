#pragma once

#include "base/crypto.h"
#include "net/body.h"

namespace wherry::http {

/// A body that is hashed while somebody else reads it. The body it wraps outlives it.
class HashingBody final : public BodyReader {
 public:
  explicit HashingBody(BodyReader& inner) : inner_(inner) {}
  Task<Result<std::string_view>> read() override {
    auto piece = co_await inner_.read();
    if (piece) hash_.update(*piece);
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return inner_.content_length(); }
  /// Of everything read so far; call it once, at the end.
  Sha256 finish() { return hash_.finish(); }

 private:
  BodyReader& inner_;
  Sha256Stream hash_;
};

}  // namespace wherry::http
