#include "simulator/graph/fields.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"
#include "simulator/graph/answer.h"

namespace wherry::sim {
namespace {

constexpr int deepest = 8;

class FieldParser {
 public:
  explicit FieldParser(std::string_view text) : left_(text) {}

  bool list(std::vector<FieldSelection>& out, int depth) {
    for (;;) {
      FieldSelection field;
      while (!left_.empty() && is_name(left_.front())) {
        field.name += left_.front();
        left_.remove_prefix(1);
      }
      if (field.name.empty() || depth > deepest) return false;
      if (!modifiers()) return false;
      if (left_.starts_with('{')) {
        left_.remove_prefix(1);
        if (!list(field.inner, depth + 1) || !left_.starts_with('}')) return false;
        left_.remove_prefix(1);
      }
      out.push_back(std::move(field));
      if (!left_.starts_with(',')) return true;
      left_.remove_prefix(1);
    }
  }
  bool at_end() const { return left_.empty(); }

 private:
  static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
  /// .limit(5).filtering(…): read and left aside.
  bool modifiers() {
    while (left_.starts_with('.')) {
      const auto open = left_.find('('), close = left_.find(')');
      if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
      left_.remove_prefix(close + 1);
    }
    return true;
  }
  std::string_view left_;
};

/// Reduces objects, and the elements of lists and of {"data":[…]}, to the inner fields.
boost::json::value reduce(const boost::json::value& value, const std::vector<FieldSelection>& inner) {
  if (inner.empty()) return value;
  if (const auto* list = value.if_array()) {
    boost::json::array out;
    for (const auto& element : *list) out.push_back(reduce(element, inner));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  boost::json::object out;
  if (const auto* data = json::find_array(*object, "data")) {
    out["data"] = reduce(*data, inner);
    if (const auto* paging = json::find(*object, "paging")) out["paging"] = *paging;
    return out;
  }
  for (const FieldSelection& field : inner) {
    if (const auto* found = object->if_contains(field.name)) out[field.name] = reduce(*found, field.inner);
  }
  if (const auto* id = object->if_contains("id")) out["id"] = *id;
  return out;
}

std::string cursor_of(std::string_view id) { return to_base64(as_bytes(id)); }

std::optional<std::size_t> index_of_cursor(const std::vector<std::string>& ids, std::string_view cursor) {
  const auto bytes = from_base64(cursor);
  if (!bytes) return std::nullopt;
  const std::string id(bytes->begin(), bytes->end());
  const auto found = std::find(ids.begin(), ids.end(), id);
  if (found == ids.end()) return std::nullopt;
  return static_cast<std::size_t>(found - ids.begin());
}

/// The address of another page: this request with another cursor.
std::string page_link(const Call& call, std::size_t limit, std::string_view name, std::string_view cursor) {
  std::string link = "http://" + std::string(call.request.headers.find("Host").value_or("graph.facebook.com")) + "/v" +
                     std::to_string(call.version) + ".0" + call.path + "?";
  for (const auto& member : call.params) {
    const std::string_view key = member.key();
    if (key == "limit" || key == "after" || key == "before" || !member.value().is_string()) continue;
    link += http::percent_encode(key) + "=" + http::percent_encode(member.value().get_string()) + "&";
  }
  return link + "limit=" + std::to_string(limit) + "&" + std::string(name) + "=" + http::percent_encode(cursor);
}

}  // namespace

std::optional<std::vector<FieldSelection>> parse_fields(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != ' ' && c != '\n') plain += c;
  }
  std::vector<FieldSelection> fields;
  FieldParser parser(plain);
  if (!parser.list(fields, 0) || !parser.at_end()) return std::nullopt;
  return fields;
}

Failure select_fields(const Call& call, const NodeView& view, boost::json::object& out) {
  const auto wanted = text_param(call.params, "fields");
  if (!wanted || wanted->empty()) {
    for (const std::string_view name : view.defaults) {
      if (const auto* value = view.all.if_contains(name)) out[name] = *value;
    }
  } else {
    const auto fields = parse_fields(*wanted);
    if (!fields) {
      GraphError error = graph_error(2500);
      error.title = "Syntax error in the field list: \"" + wanted->substr(0, 128) + "\"";
      error.message = "(#2500) " + error.title;
      return error;
    }
    for (const FieldSelection& field : *fields) {
      const auto* value = view.all.if_contains(field.name);
      if (!value) {
        return parameter_error("Tried accessing nonexisting field (" + field.name + ") on node type (" + std::string(view.type) + ")");
      }
      if (!value->is_null()) out[field.name] = reduce(*value, field.inner);
    }
  }
  if (const auto* id = view.all.if_contains("id")) {
    out.erase("id");
    out["id"] = *id;  // last, as Graph writes it
  }
  return std::nullopt;
}

Failure take_page(const Call& call, const std::vector<std::string>& ids, Page& page) {
  const auto asked = int_param(call.params, "limit");
  const std::size_t limit = static_cast<std::size_t>(std::clamp<std::int64_t>(asked.value_or(25), 1, 1000));
  const auto after = text_param(call.params, "after"), before = text_param(call.params, "before");
  std::size_t first = 0, last = ids.size();
  if (after && !after->empty()) {
    const auto index = index_of_cursor(ids, *after);
    if (!index) return graph_error(131059);
    first = *index + 1;
  } else if (before && !before->empty()) {
    const auto index = index_of_cursor(ids, *before);
    if (!index) return graph_error(131059);
    last = *index;
    first = last > limit ? last - limit : 0;
  }
  page.first = first;
  page.count = std::min(limit, last - std::min(first, last));
  if (page.count == 0) return std::nullopt;
  const std::string head = cursor_of(ids[first]), tail = cursor_of(ids[first + page.count - 1]);
  page.paging["cursors"] = boost::json::object{{"before", head}, {"after", tail}};
  if (first + page.count < ids.size()) page.paging["next"] = page_link(call, limit, "after", tail);
  if (first > 0) page.paging["previous"] = page_link(call, limit, "before", head);
  return std::nullopt;
}

http::Response answer_list(Call& call, std::vector<std::string> ids,
                           const std::function<Failure(std::size_t, boost::json::object&)>& item) {
  Page page;
  if (auto failure = take_page(call, ids, page)) return answer_error(call, *failure);
  boost::json::object body;
  boost::json::array& data = body["data"].emplace_array();
  for (std::size_t i = 0; i < page.count; ++i) {
    boost::json::object entry;
    if (auto failure = item(page.first + i, entry)) return answer_error(call, *failure);
    data.push_back(std::move(entry));
  }
  if (!page.paging.empty()) body["paging"] = std::move(page.paging);
  return answer(call, boost::json::value(std::move(body)));
}

}  // namespace wherry::sim
