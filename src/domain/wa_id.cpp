#include "domain/wa_id.h"

namespace wherry {

namespace {

constexpr std::size_t max_written_length = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Mobiles of the 8-digit era began with 6-9; landlines begin with 2-5 and never got the ninth digit.
bool is_short_brazilian_mobile(std::string_view digits) {
  return digits.size() == 12 && digits.starts_with("55") && digits[2] != '0' && digits[3] != '0' && digits[4] >= '6';
}

bool is_mexican_with_1(std::string_view digits) { return digits.size() == 13 && digits.starts_with("521"); }

// Argentine area codes begin with 1, 2 or 3.
bool is_argentine_without_9(std::string_view digits) {
  return digits.size() == 12 && digits.starts_with("54") && digits[2] >= '1' && digits[2] <= '3';
}

}  // namespace

std::optional<WaId> parse_wa_id(std::string_view text) {
  if (text.size() > max_written_length) return std::nullopt;
  WaId number;
  bool plus = false;
  for (const char c : text) {
    if (is_digit(c)) {
      number.digits += c;
    } else if (c == '+') {
      if (plus || !number.digits.empty()) return std::nullopt;
      plus = true;
    } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') {
      return std::nullopt;
    }
  }
  if (number.digits.size() < 6 || number.digits.size() > 15) return std::nullopt;
  return number;
}

std::string contact_key(const WaId& number) {
  const auto& digits = number.digits;
  if (is_short_brazilian_mobile(digits)) return digits.substr(0, 4) + "9" + digits.substr(4);
  if (is_mexican_with_1(digits)) return "52" + digits.substr(3);
  if (is_argentine_without_9(digits)) return "549" + digits.substr(2);
  return digits;
}

}  // namespace wherry
