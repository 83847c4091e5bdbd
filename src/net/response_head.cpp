#include "net/response_head.h"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace wherry::http {

namespace {

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool is_own_field(std::string_view name) {
  switch (name.size()) {
    case 4: return equal_ignoring_case(name, "Date");
    case 10: return equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Keep-Alive");
    case 12: return equal_ignoring_case(name, "X-Request-Id");
    case 14: return equal_ignoring_case(name, "Content-Length");
    case 17: return equal_ignoring_case(name, "Transfer-Encoding");
    default: return false;
  }
}

bool is_token(std::string_view text) {
  const auto token = [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), token);
}

void append_handler_field(std::string& out, std::string_view name, std::string_view value) {
  if (is_own_field(name) || !is_token(name)) return;
  const auto start = out.size() + name.size() + 2;
  append_field(out, name, value);
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(start);
  std::replace_if(begin, out.end() - 2, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; }, ' ');
}

}  // namespace

void append_response_head(std::string& out, const ResponseHead& head, const Headers& fields) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(head.status));
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(head.status));
  out.push_back(' ');
  out.append(reason.data(), reason.size()).append("\r\n");
  append_field(out, "Date", head.date);
  append_field(out, "X-Request-Id", head.request_id);
  if (head.framing == Framing::length) {
    out.append("Content-Length: ");
    append_number(out, head.length);
    out.append("\r\n");
  } else if (head.framing == Framing::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (head.persistence == Persistence::close) out.append("Connection: close\r\n");
  if (head.persistence == Persistence::keep_alive) out.append("Connection: keep-alive\r\n");
  for (std::size_t i = 0; i < fields.size(); ++i) append_handler_field(out, fields.name_at(i), fields.value_at(i));
  out.append("\r\n");
}

std::string http_date(Timestamp at) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", days[std::chrono::weekday(day).c_encoding()],
                                 static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                                 static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                                 static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return std::string(text, static_cast<std::size_t>(std::clamp(size, 0, 63)));
}

}  // namespace wherry::http
