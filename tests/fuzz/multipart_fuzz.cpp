// A form's bytes must mean the same however they are cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/multipart.h"
#include "tests/support/pieces.h"
#include "tests/support/run.h"

namespace {

using namespace wherry;

Task<std::string> describe(http::BodyReader& body) {
  const std::string_view type = "multipart/form-data; boundary=b";
  auto reader = http::MultipartReader::create(type, body);
  std::string text;
  while (true) {
    auto head = co_await (*reader)->next();
    if (!head) co_return text + "!" + head.error().message;
    if (!*head) co_return text + "end";
    text += "\n[" + (*head)->name + "|" + (*head)->file_name.value_or("-") + "|" + (*head)->content_type + "]";
    while (true) {
      auto piece = co_await (*reader)->read();
      if (!piece) co_return text + "!" + piece.error().message;
      if (piece->empty()) break;
      text += *piece;
    }
  }
}

std::string read_form(std::string_view bytes, std::size_t piece) {
  boost::asio::io_context io(1);
  test::PiecesReader body(std::string(bytes), std::vector<std::size_t>(bytes.size() / piece + 1, piece));
  return test::run(io, describe(body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto whole = read_form(bytes, bytes.size());
  const auto byte_by_byte = read_form(bytes, 1);
  const auto other = read_form(bytes, 1u + data[0]);
  if (whole != byte_by_byte || whole != other) std::abort();
  return 0;
}
