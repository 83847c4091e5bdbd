#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry::api::pepipost {

/// Why a request was not done, as its sender is told.
enum class Code {
  missing = 8001,          ///< a container is missing
  not_opted_in = 8002,
  not_on_whatsapp = 8003,
  unknown_client = 8004,   ///< the account behind the key or the source
  technical = 8005,
  invalid = 8006,          ///< a field is missing or not as it must be
  window_closed = 8007,
  bad_media = 8008,
};

struct Refusal {
  Refusal() = default;
  Refusal(Code c, std::string t, int http_status = 200, std::string log_detail = {})
      : code(c), text(std::move(t)), status(http_status), detail(std::move(log_detail)) {}

  Code code = Code::technical;
  std::string text;
  int status = 200;        ///< HTTP: what is wrong stands in the body
  std::string detail;      ///< for the log only
};

[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw BadResultAccess("value() of a refusal: " + refusal.text);
}

/// A value or a refusal; works with TRY and CO_TRY.
template <class T = void>
using Answer = boost::system::result<T, Refusal>;

inline Refusal missing(std::string text) { return {Code::missing, std::move(text)}; }
inline Refusal invalid(std::string text) { return {Code::invalid, std::move(text)}; }

/// The contract's words for a code, where no field is named.
std::string_view text_of(Code code);
Refusal refused(Code code);

}  // namespace wherry::api::pepipost
