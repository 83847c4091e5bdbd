#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/body.h"

namespace wherry::test {

/// A body that arrives in pieces of the given sizes and then as one rest; or breaks with `failure` where the text ends.
class PiecesReader final : public http::BodyReader {
 public:
  PiecesReader(std::string text, std::vector<std::size_t> sizes, std::optional<Error> failure = std::nullopt)
      : text_(std::move(text)), sizes_(std::move(sizes)), failure_(std::move(failure)) {}

  Task<Result<std::string_view>> read() override {
    const auto left = text_.size() - at_;
    if (left == 0 && failure_) co_return *failure_;
    const auto wanted = next_ < sizes_.size() ? sizes_[next_++] : left;
    // A copy of its own for each piece: whoever keeps a piece beyond the next read is found out.
    piece_ = std::make_unique<std::string>(text_.substr(at_, std::max<std::size_t>(wanted, 1)));
    at_ += piece_->size();
    co_return std::string_view(*piece_);
  }
  std::optional<std::uint64_t> content_length() const override { return declared; }

  std::optional<std::uint64_t> declared;

 private:
  const std::string text_;
  const std::vector<std::size_t> sizes_;
  const std::optional<Error> failure_;
  std::unique_ptr<std::string> piece_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
};

}  // namespace wherry::test
