#pragma once

#include <string>
#include <string_view>

namespace wherry::sim {

/// A failure in Graph's terms, for an answer or for a `failed` status.
struct GraphError {
  int code = 100;
  int subcode = 0;              ///< 0: none
  int http = 400;
  std::string type = "OAuthException";
  std::string title;            ///< without "(#code)"
  std::string message;          ///< of the answer; usually "(#code) title"
  std::string details;          ///< error_data.details; empty: no error_data
  std::string user_title;
  std::string user_message;
  bool transient = false;       ///< adds is_transient
  bool operator==(const GraphError&) const = default;
};

/// The error of a code, with its usual title, HTTP status and details; `details` replaces the latter. Unknown codes get 400
/// and a general title.
GraphError graph_error(int code, std::string details = {});

/// 100 with this text: "(#100) " is put in front.
GraphError parameter_error(std::string_view text, std::string details = {});

/// Whether the code is one of the documented table.
bool is_known_code(int code);

/// {"error":{…}} in ASCII JSON with its keys in Graph's order.
std::string error_body(const GraphError& error, std::string_view trace_id);

/// The errors[] element of a `failed` status in ASCII JSON: code, title, message, error_data, href.
std::string webhook_error(const GraphError& error);

}  // namespace wherry::sim
