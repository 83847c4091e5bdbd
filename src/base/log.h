#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wherry::log {

enum class Level { debug, info, warn, error, off };

using Value = std::variant<std::string_view, std::int64_t, double, bool>;

/// One field. Never give it a token, a secret or a message body.
struct Field {
  std::string_view name;
  Value value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  Field(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

/// Writes one JSON line to stderr: {"time":…,"level":…,"event":…,fields}. `event` is a snake_case constant.
void write(Level level, std::string_view event, Fields fields);
void set_level(Level level);
bool enabled(Level level);
/// Writes out what is still buffered; call before the process ends.
void flush();

inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

}  // namespace wherry::log
