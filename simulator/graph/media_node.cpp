#include <charconv>

#include "base/bytes.h"
#include "base/crypto.h"
#include "simulator/ascii_json.h"
#include "simulator/graph/answer.h"
#include "simulator/graph/auth.h"
#include "simulator/graph/media_url.h"
#include "simulator/graph/routes.h"

namespace wherry::sim {
namespace {

constexpr seconds url_lifetime{302};

std::string url_hash(const World& world, std::string_view id, std::string_view source, std::string_view expiry) {
  const std::string key = "media-url/" + std::to_string(world.options().seed);
  const std::string text = std::string(id) + "/" + std::string(source) + "/" + std::string(expiry);
  return to_base64url(hmac_sha256(key, text));
}

http::Response not_found() { return http::text_response(404, ""); }

struct Range {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// bytes=a-b, bytes=a- or bytes=-n. nullopt: not such a range, or none that the file has.
std::optional<Range> range_of(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=") || size == 0) return std::nullopt;
  header.remove_prefix(6);
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = whole_number(header.substr(0, dash)), last = whole_number(header.substr(dash + 1));
  if (!first) {
    if (!last || *last == 0 || dash != 0) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    return Range{size - length, length};
  }
  if (*first >= size || (!last && dash + 1 != header.size()) || (last && *last < *first)) return std::nullopt;
  return Range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

}  // namespace

std::string to_base64url(std::span<const std::uint8_t> bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string media_url(const World& world, const MediaItem& item, std::string_view source, std::string_view host) {
  std::string base = world.options().download_base;
  if (base.empty()) base = "http://" + std::string(host.empty() ? "lookaside.fbsbx.com" : host);
  const std::string expiry = std::to_string(to_unix_millis(world.now() + url_lifetime) / 1000);
  return base + "/whatsapp_business/attachments/?mid=" + item.id + "&source=" + std::string(source) + "&ext=" + expiry +
         "&hash=" + url_hash(world, item.id, source, expiry);
}

http::Response media_node(Call& call, const MediaItem& item) {
  World& world = call.world();
  const auto number_id = text_param(call.params, "phone_number_id");
  if (number_id && !number_id->empty() && *number_id != item.number_id) return answer_error(call, wrong_object(call));
  if (call.method == http::Method::delete_) {
    world.media.erase(item.id);
    return answer_success(call);
  }
  if (call.method != http::Method::get && call.method != http::Method::head) return answer_error(call, wrong_object(call));
  std::string out;
  AsciiWriter writer(out);
  const std::string url = media_url(world, item, "getMedia", call.request.headers.find("Host").value_or(""));
  writer.open('{').member("messaging_product", "whatsapp").member("url", url).member("mime_type", item.mime_type);
  writer.member("sha256", item.sha256_hex);
  if (world.options().file_size_as_text) {
    writer.member("file_size", std::to_string(item.size));
  } else {
    writer.key("file_size").number(static_cast<std::int64_t>(item.size));
  }
  writer.member("id", item.id).close('}');
  return answer(call, std::move(out));
}

http::Response download_media(Call& call) {
  World& world = call.world();
  if (call.edge != "attachments" || !call.rest.empty()) return not_found();
  if (call.method != http::Method::get && call.method != http::Method::head) return not_found();
  const std::string_view query = call.request.query;
  const auto id = http::query_value(query, "mid"), source = http::query_value(query, "source"), expiry = http::query_value(query, "ext"),
             hash = http::query_value(query, "hash");
  if (!id || !source || !expiry || !hash) return not_found();
  const std::string token = token_text(call);
  if (token.empty() || authenticate(call, token)) return not_found();
  if (!constant_time_equal(*hash, url_hash(world, *id, *source, *expiry))) return not_found();
  const auto until = whole_number(*expiry);
  if (!until || static_cast<std::int64_t>(*until) * 1000 < to_unix_millis(call.now())) return not_found();
  const auto item = world.media.find(*id, call.now());
  if (!item || !visible_number(call, item->number_id)) return not_found();

  http::Response response;
  if (world.options().download_redirect && !http::query_value(query, "redirected")) {
    response.status = 302;
    response.headers.add("Location", call.request.target + "&redirected=1");
    response.body = std::string();
    return response;
  }
  Range part{0, item->size};
  if (const auto header = call.request.headers.find("Range")) {
    if (const auto range = range_of(*header, item->size)) {
      part = *range;
      response.status = 206;
      response.headers.add("Content-Range", "bytes " + std::to_string(part.first) + "-" + std::to_string(part.first + part.length - 1) +
                                                "/" + std::to_string(item->size));
    }
  }
  auto file = http::FileSource::open(item->path, part.first, part.length);
  if (!file) return not_found();
  response.headers.add("Content-Type", item->mime_type);
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Cache-Control", "private, no-store");
  if (!item->file_name.empty()) {
    response.headers.add("Content-Disposition", "attachment; filename*=UTF-8''" + http::percent_encode(item->file_name));
  }
  response.body = std::unique_ptr<http::BodySource>(std::move(*file));
  return response;
}

}  // namespace wherry::sim
