#include "api/pipes/ws_frame.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>

#include "domain/content.h"

namespace wherry::api::pipes {

namespace {

using boost::json::string_view;
using boost::system::error_code;

constexpr std::size_t deepest = 32;
constexpr std::size_t deepest_member = 3;  // data.media.data
constexpr std::string_view file_member = "data.media.data";
constexpr std::uint64_t most_base64 = (ws_file_limit + 2) / 3 * 4;

struct KnownField {
  std::string_view path;
  FrameField ClientFrame::* field;
  std::size_t limit;
};
constexpr std::array known_fields = {
    KnownField{"type", &ClientFrame::type, 64},
    KnownField{"data.conversationId", &ClientFrame::conversation_id, 256},
    KnownField{"data.poolNumberId", &ClientFrame::pool_number_id, 256},
    KnownField{"data.toNumber", &ClientFrame::to_number, 64},
    KnownField{"data.text", &ClientFrame::text, 4 * max_text_characters},
    KnownField{"data.messageId", &ClientFrame::message_id, max_wamid_bytes},
    KnownField{"data.emoji", &ClientFrame::emoji, max_emoji_bytes},
    KnownField{"data.media.mimeType", &ClientFrame::mime_type, 512},
    KnownField{"data.media.fileName", &ClientFrame::file_name, 4096},
};

// What boost::json::basic_parser calls. A member is known by the keys that lead to it, with nothing but objects on the way.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = std::size_t(-1);

  MediaService* media = nullptr;
  ClientFrame frame;
  std::size_t depth = 0;
  std::size_t arrays = 0;
  std::array<std::string, deepest_member + 1> keys;  // by depth
  const KnownField* current = nullptr;
  bool in_file = false;
  bool in_text = false;   // inside a string that came in parts
  std::uint64_t base64 = 0;

  void find_member() {
    current = nullptr;
    in_file = false;
    if (arrays > 0 || depth == 0 || depth > deepest_member) return;
    std::string path = keys[1];
    for (std::size_t i = 2; i <= depth; ++i) path += "." + keys[i];
    const auto dots = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
    if (dots + 1 != depth) return;  // a key with a dot in it is none of ours
    in_file = path == file_member;
    for (const auto& known : known_fields) {
      if (known.path == path) current = &known;
    }
  }

  void begin_text() {
    if (in_text) return;
    in_text = true;
    if (in_file && frame.file) frame.file_trouble = Error{ErrorCode::invalid_argument, "'data' was given twice"};
    if (in_file && !frame.file) frame.file = std::make_unique<MediaValue>(*media, MediaValue::Accepts::base64_only);
    if (current == nullptr) return;
    auto& field = frame.*current->field;
    if (field.text) field.wrong = true;
    field.text.emplace();
  }

  void take_text(std::string_view text) {
    if (arrays > 0 || depth == 0 || depth > deepest_member) return;
    begin_text();
    if (in_file && !frame.file_trouble) take_file(text);
    if (current == nullptr) return;
    auto& field = frame.*current->field;
    const auto room = current->limit - field.text->size();
    field.wrong = field.wrong || text.size() > room;
    field.text->append(text.substr(0, room));
  }

  void take_file(std::string_view text) {
    base64 += text.size();
    if (base64 > most_base64) {
      frame.file_trouble = Error{ErrorCode::too_large, "The file is larger than 50 MB"};
      return;
    }
    auto taken = frame.file->piece(text);
    if (!taken) frame.file_trouble = std::move(taken).error();
  }

  // A value that is no string, where one might be expected.
  bool other_value() {
    if (arrays > 0 || depth == 0 || depth > deepest_member) return true;
    if (current != nullptr) (frame.*current->field).wrong = true;
    if (in_file) frame.file_trouble = Error{ErrorCode::invalid_argument, "'data' must be a string"};
    return true;
  }
  bool refuse(error_code& ec) {
    ec = boost::json::error::incomplete;
    return false;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    other_value();
    ++depth;
    current = nullptr;
    in_file = false;
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    --depth;
    return true;
  }
  bool on_array_begin(error_code& ec) {
    if (depth == 0) return refuse(ec);
    other_value();
    ++depth;
    ++arrays;
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    --depth;
    --arrays;
    return true;
  }
  void take_key(string_view part, std::size_t size) {
    if (arrays > 0 || depth > deepest_member) return;
    auto& key = keys[depth];
    if (size == part.size()) key.clear();
    key.append(part.data(), part.size());
  }
  bool on_key_part(string_view part, std::size_t size, error_code&) {
    take_key(part, size);
    return true;
  }
  bool on_key(string_view part, std::size_t size, error_code&) {
    take_key(part, size);
    find_member();
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code& ec) {
    if (depth == 0) return refuse(ec);
    take_text({part.data(), part.size()});
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code& ec) {
    if (depth == 0) return refuse(ec);
    take_text({part.data(), part.size()});
    in_text = false;
    return true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code& ec) { return depth == 0 ? refuse(ec) : other_value(); }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) { return depth == 0 ? refuse(ec) : other_value(); }
  bool on_double(double, string_view, error_code& ec) { return depth == 0 ? refuse(ec) : other_value(); }
  bool on_bool(bool, error_code& ec) { return depth == 0 ? refuse(ec) : other_value(); }
  bool on_null(error_code& ec) { return depth == 0 ? refuse(ec) : true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

boost::json::parse_options options() {
  boost::json::parse_options chosen;
  chosen.max_depth = deepest;
  return chosen;
}

}  // namespace

struct FrameParser::Parser {
  boost::json::basic_parser<Handler> json{options()};
};

FrameParser::FrameParser(MediaService& media) : parser_(std::make_unique<Parser>()) { parser_->json.handler().media = &media; }
FrameParser::~FrameParser() = default;

void FrameParser::feed(std::string_view piece) {
  if (broken_ || piece.empty()) return;
  error_code ec;
  const auto used = parser_->json.write_some(true, piece.data(), piece.size(), ec);
  broken_ = ec || used < piece.size();
  if (broken_) parser_->json.handler().frame = ClientFrame();  // its file goes at once
}

std::optional<ClientFrame> FrameParser::finish() {
  error_code ec;
  if (!broken_) parser_->json.write_some(false, nullptr, 0, ec);
  if (broken_ || ec) return std::nullopt;
  auto frame = std::move(parser_->json.handler().frame);
  if (frame.file && !frame.file_trouble) {
    auto finished = frame.file->finish();
    if (!finished) frame.file_trouble = std::move(finished).error();
  }
  return frame;
}

}  // namespace wherry::api::pipes
