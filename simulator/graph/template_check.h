#pragma once

#include "simulator/graph/call.h"

namespace wherry::sim {

/// An error about a template, with the title and text that the Business Manager shows.
GraphError template_error(int subcode, std::string title, std::string text);

/// The components of a template that is being created or edited, by category and parameter format.
Failure check_template_components(const boost::json::array& components, std::string_view category, std::string_view format);

/// message_send_ttl_seconds by category; -1 is allowed.
Failure check_ttl(std::int64_t ttl, std::string_view category);

}  // namespace wherry::sim
