#include "services/media/file_name.h"

#include "base/bytes.h"

namespace wherry {

namespace {

constexpr std::size_t longest_extension = 16;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string_view cut(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && is_continuation(text[length])) --length;
  return text.substr(0, length);
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  name = name.substr(name.find_last_of("/\\") + 1);
  std::string clean;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) clean.push_back(c);
  }
  while (!clean.empty() && clean.back() == ' ') clean.pop_back();
  clean.erase(0, clean.find_first_not_of(' '));
  if (!is_clean_utf8(clean) || clean.find_first_not_of('.') == std::string::npos) return {};
  if (clean.size() <= longest_file_name) return clean;
  const auto dot = clean.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > 0 && clean.size() - dot <= longest_extension;
  const std::string extension = has_extension ? clean.substr(dot) : std::string();
  return std::string(cut(clean, longest_file_name - extension.size())) + extension;
}

}  // namespace wherry
