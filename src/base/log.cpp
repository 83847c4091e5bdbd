#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <memory>

#include "base/clock.h"

namespace wherry::log {

namespace {

std::atomic<Level> minimum{Level::info};

// A bounded queue drained by one thread; when full the oldest line goes, so that a slow terminal never stalls a request.
spdlog::logger& logger() {
  static auto pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
  static auto instance = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto made = std::make_shared<spdlog::async_logger>("wherry", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    case Level::off: return "off";
  }
  return "info";
}

void append_quoted(std::string& line, std::string_view text) {
  line += boost::json::serialize(boost::json::string(text.data(), text.size()));
}

void append_value(std::string& line, const Value& value) {
  if (auto text = std::get_if<std::string_view>(&value)) {
    append_quoted(line, *text);
  } else if (auto integer = std::get_if<std::int64_t>(&value)) {
    line += std::to_string(*integer);
  } else if (auto flag = std::get_if<bool>(&value)) {
    line += *flag ? "true" : "false";
  } else {
    line += boost::json::serialize(boost::json::value(std::get<double>(value)));
  }
}

}  // namespace

void set_level(Level level) { minimum = level; }
bool enabled(Level level) { return level >= minimum.load(std::memory_order_relaxed); }
void flush() { logger().flush(); }

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level) || level == Level::off) return;
  std::string line = "{\"time\":\"" + to_iso8601(SystemClock().now()) + "\",\"level\":\"";
  line += name_of(level);
  line += "\",\"event\":";
  append_quoted(line, event);
  for (const auto& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    append_value(line, field.value);
  }
  line += '}';
  logger().log(level >= Level::warn ? spdlog::level::warn : spdlog::level::info, "{}", line);
}

}  // namespace wherry::log
