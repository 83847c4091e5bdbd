#include "upstream/linked_device/frames.h"

#include <boost/json/serialize.hpp>

namespace wherry::linked {

namespace {

Error broken(std::string what) { return {ErrorCode::invalid_argument, std::move(what)}; }

bool is_escape(std::string_view text, std::size_t at, std::string_view third) {
  return at + 6 <= text.size() && text[at] == '\\' && text[at + 1] == 'u' && (text[at + 2] | 0x20) == 'd' &&
         third.find(text[at + 3]) != third.npos;
}

// JavaScript writes half of a surrogate pair, which anybody on WhatsApp can put into a text, as an escape; it is not valid JSON for us.
// Each becomes the replacement character, instead of one stranger's message breaking the connection of all sessions.
std::string with_whole_surrogates(std::string_view text) {
  constexpr std::string_view high = "89abAB", low = "cdefCDEF";
  std::string whole;
  whole.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      whole += text[at++];
    } else if (is_escape(text, at, high) && is_escape(text, at + 6, low)) {
      whole += text.substr(at, 12);
      at += 12;
    } else if (is_escape(text, at, high) || is_escape(text, at, low)) {
      whole += "\\ufffd";
      at += 6;
    } else {
      whole += text.substr(at, 2);
      at += 2;
    }
  }
  return whole;
}

bool may_have_surrogates(std::string_view text) { return text.find("\\ud") != text.npos || text.find("\\uD") != text.npos; }

Result<std::size_t> blob_size_of(const json::object& line) {
  const auto* size = line.if_contains("blob");
  if (size == nullptr) return std::size_t{0};
  if (!size->is_int64() || size->get_int64() < 1) return broken("blob is no positive integer");
  if (size->get_int64() > static_cast<std::int64_t>(max_blob_bytes)) return broken("blob too large");
  return static_cast<std::size_t>(size->get_int64());
}

}  // namespace

Result<std::string> write_frame(json::object line, std::string_view blob) {
  if (blob.size() > max_blob_bytes) return Error{ErrorCode::too_large, "blob too large"};
  line.erase("blob");
  if (!blob.empty()) line["blob"] = blob.size();
  auto bytes = boost::json::serialize(line);
  if (bytes.size() + 1 > max_line_bytes) return Error{ErrorCode::too_large, "line too long"};
  bytes += '\n';
  bytes += blob;
  return bytes;
}

Result<void> FrameReader::read_line() {
  const auto end = held_.find('\n', searched_);
  searched_ = held_.size();
  if ((end == held_.npos ? held_.size() : end + 1) - at_ > max_line_bytes) return broken("line too long");
  if (end == held_.npos) return {};
  const std::string_view text(held_.data() + at_, end - at_);
  auto line = may_have_surrogates(text) ? json::parse(with_whole_surrogates(text), max_nesting) : json::parse(text, max_nesting);
  if (!line || !line->is_object()) return broken("no JSON object");
  TRY(blob_size_, blob_size_of(line->get_object()));
  begun_.emplace();
  begun_->line = std::move(line->get_object());
  begun_->size = end + 1 - at_ + blob_size_;
  at_ = searched_ = end + 1;
  return {};
}

Result<std::optional<Frame>> FrameReader::next() {
  if (!begun_) {
    TRY_VOID(read_line());
  }
  if (!begun_ || held_.size() - at_ < blob_size_) {
    discard_used();
    return std::optional<Frame>();
  }
  begun_->blob = held_.substr(at_, blob_size_);
  at_ += blob_size_;
  searched_ = at_;
  auto whole = std::exchange(begun_, std::nullopt);
  return whole;
}

void FrameReader::discard_used() {
  held_.erase(0, at_);
  searched_ -= at_;
  at_ = 0;
}

}  // namespace wherry::linked
