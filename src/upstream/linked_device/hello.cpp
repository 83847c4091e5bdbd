#include "upstream/linked_device/hello.h"

#include "base/bytes.h"
#include "upstream/linked_device/fields.h"
#include "upstream/linked_device/frames.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_word = 100;

Fault refusal(std::string code, std::string message) { return {std::move(code), std::move(message), false, {}, {}, 0}; }

}  // namespace

std::variant<Hello, Fault> read_hello(const json::object& line, const std::string& token) {
  std::string wrong;
  const Fields fields(line, wrong);
  if (!constant_time_equal(fields.text("token"), token)) return refusal("unauthorized", "its token is wrong");
  const auto protocol = fields.object("protocol");
  if (!protocol || protocol->number("min", 0, 1e6) > protocol_version || protocol->number("max", 0, 1e6) < protocol_version)
    return refusal("protocol_unsupported", "it speaks another version of the protocol");
  Hello hello{fields.need_text("key_format", max_word), {}};
  if (const auto transport = fields.object("transport"))
    hello.version = transport->text("name").substr(0, max_word) + " " + transport->text("version").substr(0, max_word);
  if (!wrong.empty()) return Fault{"bad_request", "its hello lacks " + wrong, false, wrong, {}, 0};
  return hello;
}

json::object hello_answer(const std::string& shared_directory) {
  json::object limits{{"line", max_line_bytes}, {"blob", max_blob_bytes}};
  return {{"protocol", protocol_version}, {"shared_dir", shared_directory}, {"limits", std::move(limits)}};
}

}  // namespace wherry::linked
