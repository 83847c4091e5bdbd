#include "simulator/ascii_json.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>

namespace wherry::sim {

namespace {

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) plain[static_cast<std::size_t>(c)] = true;
  plain['"'] = plain['\\'] = plain['/'] = false;
  return plain;
}
constexpr std::array<bool, 256> plain_characters = make_plain();

void append_unit(std::string& out, std::uint32_t unit) {
  static constexpr char digits[] = "0123456789abcdef";
  const char text[6] = {'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
  out.append(text, 6);
}

void append_code_point(std::string& out, std::uint32_t point) {
  if (point < 0x10000) return append_unit(out, point);
  point -= 0x10000;
  append_unit(out, 0xd800 + (point >> 10));
  append_unit(out, 0xdc00 + (point & 0x3ff));
}

/// Decodes the sequence at `at` and moves past it; a broken one counts as U+FFFD and one byte.
std::uint32_t decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(at);
  std::size_t length = 0;
  std::uint32_t point = 0, least = 0;
  if (lead >= 0xc2 && lead < 0xe0) {
    length = 2, point = lead & 0x1f, least = 0x80;
  } else if (lead >= 0xe0 && lead < 0xf0) {
    length = 3, point = lead & 0x0f, least = 0x800;
  } else if (lead >= 0xf0 && lead < 0xf5) {
    length = 4, point = lead & 0x07, least = 0x10000;
  }
  bool sound = length != 0 && at + length <= text.size();
  for (std::size_t i = 1; sound && i < length; ++i) {
    sound = (byte(at + i) & 0xc0) == 0x80;
    point = point << 6 | (byte(at + i) & 0x3f);
  }
  if (!sound || point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
    ++at;
    return 0xfffd;
  }
  at += length;
  return point;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '/': out += "\\/"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_unit(out, static_cast<unsigned char>(c)); return;
  }
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) value = 0;
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

}  // namespace

void append_ascii_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && plain_characters[static_cast<unsigned char>(text[end])]) ++end;
    out.append(text, at, end - at);
    at = end;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_escaped(out, text[at++]);
    } else {
      append_code_point(out, decode(text, at));
    }
  }
  out += '"';
}

void append_ascii_json(std::string& out, const boost::json::object& object) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    append_ascii_string(out, std::string_view(member.key().data(), member.key().size()));
    out += ':';
    append_ascii_json(out, member.value());
  }
  out += '}';
}

void append_ascii_json(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += "null"; return;
    case boost::json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case boost::json::kind::int64: append_integer(out, value.get_int64()); return;
    case boost::json::kind::uint64: append_integer(out, value.get_uint64()); return;
    case boost::json::kind::double_: append_double(out, value.get_double()); return;
    case boost::json::kind::string:
      append_ascii_string(out, std::string_view(value.get_string().data(), value.get_string().size()));
      return;
    case boost::json::kind::array: {
      out += '[';
      bool first = true;
      for (const auto& element : value.get_array()) {
        if (!first) out += ',';
        first = false;
        append_ascii_json(out, element);
      }
      out += ']';
      return;
    }
    case boost::json::kind::object: append_ascii_json(out, value.get_object()); return;
  }
}

std::string to_ascii_json(const boost::json::value& value) {
  std::string out;
  append_ascii_json(out, value);
  return out;
}

void AsciiWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':' && last != ',') out_ += ',';
}

AsciiWriter& AsciiWriter::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

AsciiWriter& AsciiWriter::close(char bracket) {
  out_ += bracket;
  return *this;
}

AsciiWriter& AsciiWriter::key(std::string_view name) {
  separate();
  ((out_ += '"') += name) += "\":";
  return *this;
}

AsciiWriter& AsciiWriter::text(std::string_view value) {
  separate();
  append_ascii_string(out_, value);
  return *this;
}

AsciiWriter& AsciiWriter::number(std::int64_t value) {
  separate();
  append_integer(out_, value);
  return *this;
}

AsciiWriter& AsciiWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}

AsciiWriter& AsciiWriter::json(const boost::json::value& value) {
  separate();
  append_ascii_json(out_, value);
  return *this;
}

AsciiWriter& AsciiWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace wherry::sim
