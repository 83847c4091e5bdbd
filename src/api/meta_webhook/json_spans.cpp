#include "api/meta_webhook/json_spans.h"

#include "base/json.h"

namespace wherry::api::meta_webhook {

namespace {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() const { return at_ == text_.size(); }

  std::optional<std::string_view> string() {
    const auto start = at_;
    if (!skip_string()) return std::nullopt;
    return text_.substr(start, at_ - start);
  }

  std::optional<std::string_view> value() {
    if (at_end()) return std::nullopt;
    const auto start = at_;
    const char c = text_[at_];
    const bool skipped = c == '"' ? skip_string() : c == '{' || c == '[' ? skip_nested() : skip_scalar();
    if (!skipped) return std::nullopt;
    return text_.substr(start, at_ - start);
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  bool skip_string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c == '\\') {
        if (at_end()) return false;
        ++at_;
      }
    }
    return false;
  }

  bool skip_nested() {
    std::string closers;
    do {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      ++at_;
      if (c == '{') closers += '}';
      if (c == '[') closers += ']';
      if (c == '}' || c == ']') {
        if (closers.back() != c) return false;
        closers.pop_back();
      }
    } while (!closers.empty() && at_ < text_.size());
    return closers.empty();
  }

  bool skip_scalar() {
    const auto start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ',' || c == ']' || c == '}' || is_space(c)) break;
      if (c == '"' || c == '{' || c == '[' || c == ':') return false;
      ++at_;
    }
    return at_ > start;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string unescaped(std::string_view quoted) {
  const auto inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  const auto parsed = json::parse(quoted);
  if (!parsed || !parsed->is_string()) return std::string(inner);
  return std::string(parsed->get_string());
}

}  // namespace

std::optional<std::vector<Member>> object_members(std::string_view text) {
  Cursor cursor(text);
  std::vector<Member> members;
  cursor.skip_space();
  if (!cursor.take('{')) return std::nullopt;
  cursor.skip_space();
  bool open = !cursor.take('}');
  while (open) {
    cursor.skip_space();
    const auto key = cursor.string();
    if (!key) return std::nullopt;
    cursor.skip_space();
    if (!cursor.take(':')) return std::nullopt;
    cursor.skip_space();
    const auto value = cursor.value();
    if (!value) return std::nullopt;
    members.push_back({unescaped(*key), *value});
    cursor.skip_space();
    open = cursor.take(',');
    if (!open && !cursor.take('}')) return std::nullopt;
  }
  cursor.skip_space();
  if (!cursor.at_end()) return std::nullopt;
  return members;
}

std::optional<std::vector<std::string_view>> array_items(std::string_view text) {
  Cursor cursor(text);
  std::vector<std::string_view> items;
  cursor.skip_space();
  if (!cursor.take('[')) return std::nullopt;
  cursor.skip_space();
  bool open = !cursor.take(']');
  while (open) {
    cursor.skip_space();
    const auto value = cursor.value();
    if (!value) return std::nullopt;
    items.push_back(*value);
    cursor.skip_space();
    open = cursor.take(',');
    if (!open && !cursor.take(']')) return std::nullopt;
  }
  cursor.skip_space();
  if (!cursor.at_end()) return std::nullopt;
  return items;
}

}  // namespace wherry::api::meta_webhook
