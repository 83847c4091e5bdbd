#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/graph/call.h"

namespace wherry::sim {

/// One entry of fields=a,b{c,d},e.limit(5).
struct FieldSelection {
  std::string name;
  std::vector<FieldSelection> inner;
};

/// nullopt when the text is no field list (unbalanced brackets, an empty name, more than eight levels).
std::optional<std::vector<FieldSelection>> parse_fields(std::string_view text);

/// A node as the caller asked for it: the defaults, or the `fields` of the request, and always `id`.
/// Errors: 100 for a field the node does not have, 2500 for a broken list. `all` holds every field there is.
struct NodeView {
  boost::json::object all;
  std::vector<std::string_view> defaults;
  std::string_view type;  ///< as error texts name it: WhatsAppBusinessPhoneNumber
};
Failure select_fields(const Call& call, const NodeView& view, boost::json::object& out);

/// One page of a list by limit, after and before. `ids` has one id per item, in order; cursors hold them.
struct Page {
  std::size_t first = 0;
  std::size_t count = 0;
  boost::json::object paging;  ///< empty when there is nothing on the page
};
/// Errors: 131059 for a cursor that is none.
Failure take_page(const Call& call, const std::vector<std::string>& ids, Page& page);

/// The answer of a list edge: {"data":[…],"paging":{…}}.
http::Response answer_list(Call& call, std::vector<std::string> ids, const std::function<Failure(std::size_t, boost::json::object&)>& item);

}  // namespace wherry::sim
