#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/jid.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// Reads members of one object and keeps the first that is wrong. What is null counts as absent; what nobody asks for is passed over.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  bool has(std::string_view name) const { return json::find(object_, name) != nullptr; }
  const json::object& raw() const { return object_; }
  /// A text with at least one character; "" once something was wrong.
  std::string required(std::string_view name);
  /// "" when absent.
  std::string text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  /// A JSON number that is whole and within the limits.
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most);
  /// A JSON number that must be there.
  double number(std::string_view name, double least, double most);
  /// An array of texts; nullopt when absent.
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most);
  /// An address that must be there; nullopt once something was wrong.
  std::optional<Jid> jid(std::string_view name);
  /// An object; nullptr when absent.
  const json::object* object(std::string_view name);

  void refuse(std::string text) {
    if (!error_) error_ = Error{ErrorCode::invalid_argument, std::move(text)};
  }
  Result<void> result() const { return error_ ? Result<void>(*error_) : Result<void>(); }
  bool failed() const { return error_.has_value(); }

 private:
  const json::object& object_;
  std::optional<Error> error_;
};

/// The body, an object of at most 1 MiB; no body at all is an empty one. Errors: invalid_argument, too_large, and those of reading.
Task<Result<json::object>> read_object(http::Request& request);
Result<json::object> parse_object(std::string_view text);

/// `limit` of a list: 50 when it is missing, 0 or no number; at most 200.
std::uint32_t page_limit(const http::Request& request);
/// {"data":[…],"nextCursor":…}; an empty cursor is the end.
http::Response page_response(json::array data, std::string next_cursor = {});
http::Response object_response(int status, const json::object& body);
http::Response no_content();

}  // namespace wherry::api::sessions
