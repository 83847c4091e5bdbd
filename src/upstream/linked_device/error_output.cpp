#include "upstream/linked_device/error_output.h"

#include <algorithm>

namespace wherry::linked {

namespace {

constexpr std::string_view left_out = "\u2026";
constexpr std::size_t longest_word = 19;
constexpr std::size_t longest_number = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// A word of code or of a path is kept: it is told from base64 by its separators and its missing digits.
bool is_coded(char c) { return is_digit(c) || is_letter(c) || c == '+' || c == '=' || c == '/' || c == '_' || c == '-'; }

bool may_be_secret(std::string_view run) {
  if (run.size() > longest_word && std::ranges::any_of(run, is_digit)) return true;
  if (run.size() > 2 * longest_word) return true;
  std::size_t digits = 0;
  for (const char c : run) {
    digits = is_digit(c) ? digits + 1 : 0;
    if (digits > longest_number) return true;
  }
  return false;
}

}  // namespace

std::string scrubbed(std::string_view line) {
  std::string clean;
  for (std::size_t at = 0; at < line.size();) {
    if (line.substr(at).starts_with("<Buffer")) {
      clean += left_out;
      at = std::min(line.size(), line.find('>', at) == line.npos ? line.size() : line.find('>', at) + 1);
    } else if (is_coded(line[at])) {
      auto end = at;
      while (end < line.size() && is_coded(line[end])) ++end;
      const auto run = line.substr(at, end - at);
      clean += may_be_secret(run) ? left_out : run;
      at = end;
    } else {
      clean += line[at] >= 0x20 && line[at] < 0x7f ? line[at] : '?';
      ++at;
    }
  }
  return clean;
}

std::vector<std::string> ErrorOutput::feed(std::string_view bytes, Timestamp now) {
  std::vector<std::string> lines;
  if (now - window_from_ >= window || now < window_from_) {
    window_from_ = now;
    in_window_ = 0;
  }
  for (const char c : bytes) {
    if (c != '\n') {
      if (line_.size() < max_line) line_ += c;
      continue;
    }
    auto line = std::exchange(line_, {});
    if (line.empty()) continue;
    if (++in_window_ > max_lines) ++dropped_;
    else lines.push_back(scrubbed(line));
  }
  return lines;
}

}  // namespace wherry::linked
