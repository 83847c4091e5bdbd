// An answer's bytes must mean the same however they are cut, and never grow beyond the limits.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/response_parser.h"

namespace {

constexpr std::uint64_t longest_body = 4096;

std::string read_answer(std::string_view bytes, std::size_t piece) {
  wherry::http::ResponseParser parser(longest_body, nullptr);
  parser.eager(true);
  std::string input;
  boost::beast::error_code failure;
  while (!parser.is_done()) {
    const auto used = input.empty() ? 0 : parser.put(boost::asio::buffer(input), failure);
    if (used > input.size()) std::abort();
    input.erase(0, used);
    if (parser.failure) return "too large";
    if (failure && failure != boost::beast::http::error::need_more) return "broken";
    if (parser.is_done() || (used > 0 && !failure)) continue;
    if (bytes.empty()) return parser.body + "waiting";
    const auto more = bytes.substr(0, piece);
    bytes.remove_prefix(more.size());
    input += more;
    failure.clear();
  }
  if (parser.body.size() > longest_body) std::abort();
  const auto coding = parser.headers.find("Transfer-Encoding");
  if (coding && parser.headers.find("Content-Length")) std::abort();
  std::string text = std::to_string(parser.status) + "\n";
  for (std::size_t i = 0; i < parser.headers.size(); ++i) {
    text.append(parser.headers.name_at(i)).append(":").append(parser.headers.value_at(i)).append("\n");
  }
  return text + parser.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 16384) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  // Where broken input is noticed may depend on the cut; what a whole answer says may not.
  const auto whole = read_answer(bytes, std::string_view::npos);
  const auto cut = read_answer(bytes, 1u + data[0]);
  const bool is_whole = whole.starts_with("HTTP") || (!whole.empty() && whole[0] >= '1' && whole[0] <= '9');
  if (is_whole && !whole.ends_with("waiting") && whole != cut) std::abort();
  return 0;
}
