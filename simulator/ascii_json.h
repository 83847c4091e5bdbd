#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace wherry::sim {

/// JSON as the Graph API writes it: pure ASCII, other characters as \uXXXX with lower-case hex (surrogate pairs above the BMP),
/// '/' as \/, key order kept, no white space. Broken UTF-8 becomes \ufffd.
std::string to_ascii_json(const boost::json::value& value);

/// The same, appended to a buffer that the caller reuses.
void append_ascii_json(std::string& out, const boost::json::value& value);
void append_ascii_json(std::string& out, const boost::json::object& object);

/// One string with its quotes.
void append_ascii_string(std::string& out, std::string_view text);

/// Writes JSON members into a buffer without building a value first. The caller keeps objects and arrays balanced.
class AsciiWriter {
 public:
  explicit AsciiWriter(std::string& out) : out_(out) {}

  AsciiWriter& open(char bracket);
  AsciiWriter& close(char bracket);
  /// `name` must need no escaping.
  AsciiWriter& key(std::string_view name);
  AsciiWriter& text(std::string_view value);
  AsciiWriter& number(std::int64_t value);
  AsciiWriter& boolean(bool value);
  AsciiWriter& json(const boost::json::value& value);
  /// Text that is JSON already.
  AsciiWriter& raw(std::string_view json);
  AsciiWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  /// Nothing at all when the value is empty.
  AsciiWriter& member_if(std::string_view name, std::string_view value) { return value.empty() ? *this : member(name, value); }

 private:
  void separate();
  std::string& out_;
};

}  // namespace wherry::sim
