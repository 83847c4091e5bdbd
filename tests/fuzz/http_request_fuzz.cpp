// A request's bytes must mean the same however they are cut, and never more than the limits allow.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/request_parser.h"

namespace {

using namespace wherry::http;
using Step = RequestParser::Step;

ParseLimits small_limits() {
  ParseLimits limits;
  limits.header = 2048;
  limits.fields = 16;
  limits.body = 4096;
  limits.chunk_line = 512;
  limits.chunk_extensions = 256;
  return limits;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void note_head(const RequestParser& parser, const Request& request, std::string& text) {
  require(request.path.starts_with('/') || request.path == "*");
  require(request.path.find('\0') == std::string::npos && request.path.find('\\') == std::string::npos);
  require((request.path + "/").find("/../") == std::string::npos && (request.path + "/").find("/./") == std::string::npos);
  require(request.headers.count("Host") == 1 || !parser.is_http11());
  require(request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding") <= 1);
  text += std::string(to_string(request.method)) + " " + request.path + "?" + request.query + " " + request.id + "\n";
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    text.append(request.headers.name_at(i)).append(":").append(request.headers.value_at(i)).append("\n");
  }
  text += parser.keep_alive() ? "keep\n" : "close\n";
}

/// Reads requests one after the other, as a connection does, with the input cut into pieces of `piece` bytes.
std::string read_all_requests(std::string_view bytes, std::size_t piece) {
  const auto limits = small_limits();
  RequestParser parser(limits);
  Request request;
  std::string input, text, body;
  bool in_body = false;
  while (true) {
    Step step;
    if (!in_body) {
      const auto head = parser.read_head(input, request);
      require(head.used <= input.size());
      input.erase(0, head.used);
      step = head.step;
      if (step == Step::done) {
        note_head(parser, request, text);
        in_body = true;
        continue;
      }
      require(step == Step::refused || input.size() <= limits.header);
    } else {
      const auto read = parser.read_body(input);
      require(read.used <= input.size());
      require(read.piece.empty() ||
              (read.piece.data() >= input.data() && read.piece.data() + read.piece.size() <= input.data() + read.used));
      body += read.piece;
      require(body.size() <= limits.body);
      input.erase(0, read.used);
      step = read.step;
      if (!read.piece.empty()) continue;
      if (step == Step::done) {
        text += body + "\n";
        body.clear();
        if (!parser.keep_alive()) return text;
        parser.reset();
        request = Request();
        in_body = false;
        continue;
      }
      require(step == Step::refused || input.size() < limits.chunk_line);
    }
    if (step == Step::refused) return text + body + std::to_string(parser.refusal().status);
    if (bytes.empty()) return text + body + "waiting";
    const auto more = bytes.substr(0, piece);
    bytes.remove_prefix(more.size());
    input += more;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto first = read_all_requests(bytes, 1);
  const auto second = read_all_requests(bytes, 1u + data[0]);
  const auto whole = read_all_requests(bytes, std::string_view::npos);
  require(first == second && first == whole);
  return 0;
}
