#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "net/body.h"

namespace wherry::test {

/// A body that arrives in pieces of `piece` bytes and knows how much of it was read.
class PiecedBody final : public http::BodyReader {
 public:
  PiecedBody(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Task<Result<std::string_view>> read() override {
    if (failure && at_ >= fail_after) co_return *failure;
    const auto at = at_;
    at_ = std::min(text_.size(), at + piece_);
    ended_ = at == text_.size();
    co_return std::string_view(text_).substr(at, at_ - at);
  }
  std::optional<std::uint64_t> content_length() const override { return text_.size(); }
  std::size_t bytes_read() const { return at_; }
  bool ended() const { return ended_; }

  std::optional<Error> failure;   ///< given once `fail_after` bytes were read
  std::size_t fail_after = 0;

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace wherry::test
