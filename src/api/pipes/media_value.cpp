#include "api/pipes/media_value.h"

#include "net/headers.h"

namespace wherry::api::pipes {

namespace {

constexpr std::size_t decisive_length = 64;  // longer than any scheme name, and than an id
constexpr std::size_t longest_url = 8 * 1024;

Error not_base64(std::string detail = {}) { return {ErrorCode::invalid_argument, "The media is not valid base64", std::move(detail)}; }

}  // namespace

Result<void> MediaValue::piece(std::string_view text) {
  if (text.empty()) return {};
  if (decided_ && kind_ == Kind::file) return decode(text);
  if (decided_) {
    const auto room = longest_url - head_.size();
    cut_ = cut_ || text.size() > room;
    head_.append(text.substr(0, room));
    return {};
  }
  // Base64 may come in pieces of any size: keep only what the decision needs.
  const auto needed = std::min(text.size(), decisive_length - head_.size());
  head_.append(text.substr(0, needed));
  if (head_.size() < decisive_length) return {};
  TRY_VOID(decide(false));
  return piece(text.substr(needed));
}

Result<void> MediaValue::decide(bool at_end) {
  decided_ = true;
  if (head_.empty()) return {};
  if (accepts_ == Accepts::anything) {
    const auto colon = head_.find(':');
    if (colon != std::string::npos) {
      if (std::string_view(head_).substr(colon + 1).starts_with("//")) {
        kind_ = Kind::url;
        return {};
      }
      const bool data_uri = http::equal_ignoring_case(std::string_view(head_).substr(0, colon), "data");
      return not_base64(data_uri ? "a data: URI" : "a colon");
    }
    if (at_end && MediaId::looks_like(head_)) {
      kind_ = Kind::id;
      return {};
    }
  }
  kind_ = Kind::file;
  const auto first = std::exchange(head_, {});
  return decode(first);
}

Result<void> MediaValue::decode(std::string_view text) {
  decoded_.clear();
  if (!decoder_.feed(text, decoded_)) return not_base64();
  if (trouble_) return {};
  if (!upload_) {
    auto begun = media_.begin({}, {});
    if (!begun) {
      trouble_ = std::move(begun).error();
      return {};
    }
    upload_ = std::move(*begun);
  }
  auto written = upload_->write(decoded_);
  if (!written) {
    trouble_ = std::move(written).error();
    upload_.reset();
  }
  return {};
}

Result<void> MediaValue::finish() {
  if (!decided_) {
    TRY_VOID(decide(true));
  }
  if (kind_ != Kind::file) return {};
  decoded_.clear();
  if (!decoder_.finish(decoded_)) return not_base64();
  if (decoded_.empty() || !upload_) return {};
  auto written = upload_->write(decoded_);
  if (!written) trouble_ = std::move(written).error();
  return {};
}

Result<Upload> MediaValue::take_upload(std::string mime, std::string file_name) {
  if (trouble_) return *trouble_;
  if (!upload_) return media_.begin(std::move(mime), std::move(file_name));  // an empty file: finish() will say so
  auto upload = std::move(*upload_);
  upload_.reset();
  upload.declared_mime = std::move(mime);
  upload.file_name = std::move(file_name);
  return upload;
}

}  // namespace wherry::api::pipes
