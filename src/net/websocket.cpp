#include "net/websocket.h"

#include "base/bytes.h"
#include "base/json.h"
#include "net/message.h"

namespace wherry::http {

namespace {

constexpr std::string_view protocol_version = "13";
constexpr std::size_t key_bytes = 16;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool lists(std::string_view value, std::string_view token) {
  while (true) {
    const auto comma = value.find(',');
    if (equal_ignoring_case(trimmed(value.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    value.remove_prefix(comma + 1);
  }
}

bool field_lists(const Headers& headers, std::string_view name, std::string_view token) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (equal_ignoring_case(headers.name_at(i), name) && lists(headers.value_at(i), token)) return true;
  }
  return false;
}

bool has_key(const Headers& headers) {
  if (headers.count("Sec-WebSocket-Key") != 1) return false;
  const auto key = from_base64(trimmed(*headers.find("Sec-WebSocket-Key")));
  return key && key->size() == key_bytes;
}

Response refusal(int status, std::string_view reason) {
  json::object body;
  body["error"] = reason;
  body["code"] = "INVALID_REQUEST";
  auto response = json_response(status, json::serialize(body));
  if (status == 426) {
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", protocol_version);
  }
  return response;
}

}  // namespace

std::optional<Response> refuse_upgrade(const Request& request) {
  const auto& headers = request.headers;
  if (request.method != Method::get) return refusal(400, "A WebSocket begins with GET.");
  if (!field_lists(headers, "Upgrade", "websocket")) return refusal(426, "This address speaks WebSocket only.");
  if (!field_lists(headers, "Connection", "upgrade")) return refusal(400, "The Connection field must say Upgrade.");
  if (headers.count("Sec-WebSocket-Version") != 1 || trimmed(*headers.find("Sec-WebSocket-Version")) != protocol_version) {
    return refusal(426, "Only version 13 of the WebSocket protocol is spoken here.");
  }
  if (!has_key(headers)) return refusal(400, "Sec-WebSocket-Key must be 16 bytes in base64.");
  return std::nullopt;
}

Response upgrade_response(Upgrade upgrade) {
  Response response;
  response.status = 101;
  response.upgrade = std::make_unique<Upgrade>(std::move(upgrade));
  return response;
}

}  // namespace wherry::http
