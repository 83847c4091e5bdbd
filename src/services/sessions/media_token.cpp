#include "services/sessions/media_token.h"

#include "base/json.h"

namespace wherry {

std::string MediaTokens::seal(const linked::RemoteFile& file) const {
  if (file.unavailable || file.token.empty()) return {};
  json::object out{{"token", file.token}, {"mime_type", file.mime_type}, {"size", file.size}};
  if (file.sha256) out["sha256"] = to_hex(*file.sha256);
  return to_base64(box_.seal(Secret(json::serialize(out))));
}

Result<linked::RemoteFile> MediaTokens::open(std::string_view text) const {
  const Error gone{ErrorCode::gone, "the file cannot be fetched"};
  const auto sealed = from_base64(text);
  if (text.empty() || !sealed) return gone;
  const auto opened = box_.open(*sealed);
  if (!opened) return gone;
  const auto parsed = json::parse(opened->reveal());
  if (!parsed || !parsed->is_object()) return gone;
  const auto& in = parsed->get_object();
  linked::RemoteFile file;
  file.token = std::string(json::find_string(in, "token").value_or(""));
  file.mime_type = std::string(json::find_string(in, "mime_type").value_or(""));
  if (const auto* size = json::find(in, "size"); size != nullptr && size->is_number()) file.size = size->to_number<std::uint64_t>();
  const auto hash = from_hex(json::find_string(in, "sha256").value_or(""));
  if (hash && hash->size() == file.sha256.emplace().size()) std::copy(hash->begin(), hash->end(), file.sha256->begin());
  else file.sha256.reset();
  return file;
}

}  // namespace wherry
