#include "api/pipes/streamed_object.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace wherry::api::pipes {

namespace {

using boost::json::string_view;
using boost::system::error_code;

constexpr std::size_t most_members = 64;
constexpr std::size_t deepest = 32;

Error invalid(std::string message, std::string detail = {}) { return {ErrorCode::invalid_argument, std::move(message), std::move(detail)}; }

struct Kept {
  std::string name;
  std::size_t limit = 0;
  std::optional<std::string> text;
  bool cut = false;
};

// What boost::json::basic_parser calls. Only the members of the top level matter: depth 1.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::vector<Kept> kept;
  std::string streamed_name;
  TextSink* sink = nullptr;
  bool streamed_seen = false;
  std::optional<Error> failure;

  std::size_t depth = 0;
  std::string key;
  std::set<std::string, std::less<>> seen;
  Kept* current = nullptr;
  bool streaming = false;

  bool fail(Error error, error_code& ec) {
    failure = std::move(error);
    ec = boost::json::error::incomplete;
    return false;
  }

  // A value that is no string begins.
  bool other_value(error_code& ec) {
    if (depth == 0) return fail(invalid("The body must be a JSON object"), ec);
    if (depth == 1 && (current != nullptr || streaming)) return fail(invalid("'" + key + "' must be a string"), ec);
    return true;
  }

  bool choose_member(error_code& ec) {
    if (seen.size() == most_members) return fail(invalid("The body has too many members"), ec);
    if (!seen.insert(key).second) return fail(invalid("The body repeats a member"), ec);
    streaming = sink != nullptr && key == streamed_name;
    current = nullptr;
    for (auto& member : kept) {
      if (member.name == key) current = &member;
    }
    return true;
  }

  bool take_text(std::string_view text, error_code& ec) {
    if (depth == 0) return fail(invalid("The body must be a JSON object"), ec);
    if (depth != 1) return true;
    if (streaming) {
      streamed_seen = true;
      auto taken = sink->piece(text);
      if (!taken) return fail(std::move(taken).error(), ec);
    } else if (current != nullptr) {
      if (!current->text) current->text.emplace();
      const auto room = current->limit - current->text->size();
      current->cut = current->cut || text.size() > room;
      current->text->append(text.substr(0, room));
      if (text.find('\0') != std::string_view::npos) return fail(invalid("'" + key + "' contains a NUL character"), ec);
    }
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) {
    if (depth > 0 && !other_value(ec)) return false;
    ++depth;
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    --depth;
    return true;
  }
  bool on_array_begin(error_code& ec) {
    if (!other_value(ec)) return false;
    ++depth;
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    --depth;
    return true;
  }
  bool on_key_part(string_view part, std::size_t size, error_code&) {
    if (depth != 1) return true;
    if (size == part.size()) key.clear();
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t size, error_code& ec) {
    if (depth != 1) return true;
    if (size == part.size()) key.clear();
    key.append(part.data(), part.size());
    return choose_member(ec);
  }
  bool on_string_part(string_view part, std::size_t, error_code& ec) { return take_text({part.data(), part.size()}, ec); }
  bool on_string(string_view part, std::size_t, error_code& ec) { return take_text({part.data(), part.size()}, ec); }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code& ec) { return other_value(ec); }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) { return other_value(ec); }
  bool on_double(double, string_view, error_code& ec) { return other_value(ec); }
  bool on_bool(bool, error_code& ec) { return other_value(ec); }
  bool on_null(error_code& ec) { return depth > 0 || other_value(ec); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

boost::json::parse_options options() {
  boost::json::parse_options chosen;
  chosen.max_depth = deepest;
  return chosen;
}

}  // namespace

struct StreamedObject::Parser {
  boost::json::basic_parser<Handler> json{options()};

  Error error(const error_code& ec) {
    auto& failure = json.handler().failure;
    return failure ? *failure : invalid("The body is not valid JSON", ec.message());
  }
  const Kept& find(std::string_view name) const {
    for (const auto& member : json.handler().kept) {
      if (member.name == name) return member;
    }
    throw std::logic_error("StreamedObject: not a kept member");
  }
};

StreamedObject::StreamedObject(std::initializer_list<KeptMember> kept) : parser_(std::make_unique<Parser>()) {
  for (const auto& member : kept) parser_->json.handler().kept.push_back({std::string(member.name), member.limit, {}, false});
}

StreamedObject::StreamedObject(std::initializer_list<KeptMember> kept, std::string_view name, TextSink& sink) : StreamedObject(kept) {
  parser_->json.handler().streamed_name = name;
  parser_->json.handler().sink = &sink;
}

StreamedObject::~StreamedObject() = default;
StreamedObject::StreamedObject(StreamedObject&&) noexcept = default;

Result<void> StreamedObject::feed(std::string_view piece) {
  if (piece.empty()) return {};
  error_code ec;
  const auto used = parser_->json.write_some(true, piece.data(), piece.size(), ec);
  if (!ec && used < piece.size()) {
    ec = boost::json::error::extra_data;
    parser_->json.fail(ec);
  }
  if (ec) return parser_->error(ec);
  return {};
}

Result<void> StreamedObject::finish() {
  error_code ec;
  parser_->json.write_some(false, nullptr, 0, ec);
  if (ec) return parser_->error(ec);
  return {};
}

const std::optional<std::string>& StreamedObject::text(std::string_view name) const { return parser_->find(name).text; }
bool StreamedObject::was_cut(std::string_view name) const { return parser_->find(name).cut; }
bool StreamedObject::has_streamed() const { return parser_->json.handler().streamed_seen; }

}  // namespace wherry::api::pipes
