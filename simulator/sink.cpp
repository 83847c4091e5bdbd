#include "simulator/sink.h"

#include <array>

#include "base/bytes.h"
#include "net/body.h"

namespace wherry::sim {

namespace {

constexpr std::uint64_t body_limit = 110ull << 20;
constexpr std::string_view nobody = "15550100042";

/// The digits of the first "to" member, without parsing: a sink need not be right about strange JSON.
std::string_view find_to(std::string_view body) {
  auto at = body.find("\"to\"");
  if (at == std::string_view::npos) return nobody;
  at = body.find_first_not_of(" :\t\r\n", at + 4);
  if (at == std::string_view::npos || body[at] != '"') return nobody;
  ++at;
  if (at < body.size() && body[at] == '+') ++at;
  const auto end = body.find_first_not_of("0123456789", at);
  if (end == std::string_view::npos || body[end] != '"' || end - at < 5 || end - at > 20) return nobody;
  return body.substr(at, end - at);
}

bool ends_with_edge(std::string_view path, std::string_view edge) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.ends_with(edge);
}

Task<bool> drain(http::BodyReader& body) {
  for (;;) {
    auto piece = co_await body.read();
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
  }
}

}  // namespace

std::string Sink::wamid(std::string_view digits, std::uint64_t n) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::array<std::uint8_t, 64> bytes{};
  std::size_t at = 0;
  const auto put = [&](std::uint8_t byte) { bytes[at++] = byte; };
  put(0x1c), put(0x18), put(static_cast<std::uint8_t>(digits.size()));
  for (const char c : digits.substr(0, 20)) put(static_cast<std::uint8_t>(c));
  put(0x15), put(0x02), put(0x00), put(0x11), put(0x18), put(18);
  for (int shift = 68; shift >= 0; shift -= 4) put(static_cast<std::uint8_t>(shift >= 64 ? 'F' : hex[n >> shift & 15]));
  put(0x00);
  return "wamid." + to_base64(std::span(bytes.data(), at));
}

std::string Sink::send_answer(std::string_view request_body, std::uint64_t n) {
  const auto to = find_to(request_body);
  std::string out;
  out.reserve(220);
  out += R"({"messaging_product":"whatsapp","contacts":[{"input":")";
  out += to;
  out += R"(","wa_id":")";
  out += to;
  out += R"("}],"messages":[{"id":")";
  for (const char c : wamid(to, n)) {
    if (c == '/') out += '\\';
    out += c;
  }
  out += R"("}]})";
  return out;
}

Task<http::Response> Sink::handle(http::Request& request) {
  std::string answer = R"({"success":true})";
  if (request.method == http::Method::post &&
      (ends_with_edge(request.path, "/messages") || ends_with_edge(request.path, "/marketing_messages"))) {
    auto body = co_await http::read_all(*request.body, body_limit);
    if (!body) co_return http::json_response(400, R"({"error":{"message":"unreadable body","type":"OAuthException","code":100}})");
    answer = send_answer(*body, next_.fetch_add(1, std::memory_order_relaxed));
  } else {
    auto whole = co_await drain(*request.body);
    if (!whole) co_return http::json_response(400, R"({"error":{"message":"unreadable body","type":"OAuthException","code":100}})");
    if (request.method == http::Method::post && ends_with_edge(request.path, "/media")) {
      answer = R"({"id":")" + std::to_string(1'000'000'000'000'000 + next_.fetch_add(1, std::memory_order_relaxed)) + R"("})";
    }
  }
  auto response = http::json_response(200, std::move(answer));
  response.headers.set("Content-Type", "application/json; charset=UTF-8");
  co_return response;
}

}  // namespace wherry::sim
