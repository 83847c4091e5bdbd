#include <charconv>

#include "base/bytes.h"
#include "base/crypto.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/checks.h"
#include "simulator/graph/media_url.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

constexpr std::int64_t largest = 100 << 20;

GraphError bad_offset() { return parameter_error("Invalid parameter", "file_offset does not match what has arrived"); }

std::optional<std::uint64_t> offset_of(const http::Request& request) {
  const std::string_view text = request.headers.find("file_offset").value_or("0");
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return offset;
}

http::Response progress(Call& call, const UploadSessions::Session& session) {
  return answer(call, boost::json::value{{"id", call.node}, {"file_offset", session.offset}});
}

}  // namespace

http::Response start_upload(Call& call) {
  const auto length = int_param(call.params, "file_length");
  const auto type = text_param(call.params, "file_type");
  if (!length) return answer_error(call, required(ParamPath{nullptr, "file_length"}));
  if (*length < 1 || *length > largest) return answer_error(call, parameter_error("Invalid parameter", "file_length is not valid"));
  if (!type || type->empty()) return answer_error(call, required(ParamPath{nullptr, "file_type"}));
  World& world = call.world();
  std::string id = "upload:" + to_base64url(as_bytes("1:attachment:" + world.ids.hash()));
  UploadSessions::Session session;
  session.app_id = call.app->id;
  session.file_type = *type;
  session.length = static_cast<std::uint64_t>(*length);
  auto response = answer(call, boost::json::value{{"id", id}});
  world.uploads.add(std::move(id), std::move(session));
  return response;
}

Task<http::Response> continue_upload(Call& call) {
  World& world = call.world();
  const std::string token = token_text(call);
  if (auto failure = authenticate(call, token)) co_return answer_error(call, *failure);
  const auto session = world.uploads.find(call.node);
  if (!session || session->app_id != call.app->id || !call.edge.empty()) co_return answer_error(call, wrong_object(call));
  if (call.method == http::Method::get || call.method == http::Method::head) co_return progress(call, *session);
  if (call.method != http::Method::post) co_return answer_error(call, wrong_object(call));
  const auto offset = offset_of(call.request);
  if (!offset || *offset != session->offset) co_return answer_error(call, bad_offset());
  Sha256Stream hash;
  std::uint64_t arrived = 0;
  for (;;) {
    auto piece = co_await call.request.body->read();
    if (!piece || piece->empty()) break;
    hash.update(*piece);
    arrived += piece->size();
    if (arrived > session->length - *offset) break;
  }
  const auto grown = world.uploads.append(call.node, *offset, arrived);
  if (!grown) {
    auto refused = answer_error(call, bad_offset());
    refused.close = true;
    co_return refused;
  }
  if (grown->offset < grown->length) co_return progress(call, *grown);
  const Sha256 digest = hash.finish();
  co_return answer(call, boost::json::value{{"h", "4::" + to_base64url(as_bytes(grown->file_type)) + ":" + to_base64url(digest)}});
}

}  // namespace wherry::sim
