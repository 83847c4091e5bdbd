#include "upstream/cloud_api/media_upload.h"

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "upstream/cloud_api/graph_answer.h"

namespace wherry::cloud_api {

namespace {

std::string flight_key(const Channel& channel, const Media& media) {
  std::string key(reinterpret_cast<const char*>(channel.id.raw.bytes.data()), channel.id.raw.bytes.size());
  key.append(reinterpret_cast<const char*>(media.sha256.data()), media.sha256.size());
  key += media.mime_type;
  return key;
}

// As browsers write it (HTML standard, multipart/form-data): quotes and line ends are percent-encoded.
std::string form_file_name(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 240)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"') out += "%22";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else if (byte < 0x20 || byte == 0x7f) out += '_';
    else out += c;
  }
  return out.empty() ? "file" : out;
}

std::string form_head(const Media& media, const std::string& boundary) {
  const auto field = [&](std::string_view name, std::string_view value) {
    return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) + "\r\n";
  };
  return field("messaging_product", "whatsapp") + field("type", media.mime_type) + "--" + boundary +
         "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + form_file_name(media.file_name) +
         "\"\r\nContent-Type: " + media.mime_type + "\r\n\r\n";
}

std::optional<std::string> id_in(std::string_view body) {
  const auto answer = parse_object(body);
  if (!answer) return std::nullopt;
  if (const auto id = json::find_string(*answer, "id"); id && !id->empty() && id->size() <= 256) return std::string(*id);
  const auto* number = json::find(*answer, "id");
  if (number != nullptr && number->is_int64() && number->get_int64() > 0) return std::to_string(number->get_int64());
  return std::nullopt;
}

SendRefused not_uploaded(const Error& error) {
  SendRefused refused;
  switch (error.code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::url_blocked: refused.retry_class = RetryClass::account; break;
    case ErrorCode::not_found:
    case ErrorCode::internal: refused.retry_class = RetryClass::bad_request; break;
    default: refused.retry_class = RetryClass::transient;  // nothing was sent, whatever became of the upload
  }
  refused.reason = Error{ErrorCode::upload_failed, "the file could not be handed to WhatsApp", error.message + " " + error.detail};
  return refused;
}

}  // namespace

/// The upload others wait for: lands with its result, or with none when its coroutine ends early.
class MediaUpload::Flight {
 public:
  Flight(MediaUpload& owner, std::string key) : owner_(owner), key_(std::move(key)) {}
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() { owner_.land(key_, result_); }
  void set(const Uploaded& result) { result_ = result; }

 private:
  MediaUpload& owner_;
  std::string key_;
  Shared result_;
};

MediaUpload::MediaUpload(http::Client& client, MediaRows& rows, BlobStore& blobs, const Clock& clock, Timeouts timeouts)
    : client_(client), rows_(rows), blobs_(blobs), clock_(clock), timeouts_(timeouts) {}

bool MediaUpload::claim(const std::string& key) {
  std::lock_guard lock(mutex_);
  return flights_.try_emplace(key).second;
}

void MediaUpload::join(const std::string& key, Completion<Shared> waiter) {
  {
    std::lock_guard lock(mutex_);
    auto flight = flights_.find(key);
    if (flight != flights_.end()) {
      flight->second.push_back(std::move(waiter));
      return;
    }
  }
  waiter.complete(std::nullopt);
}

void MediaUpload::land(const std::string& key, const Shared& result) {
  std::vector<Completion<Shared>> waiters;
  {
    std::lock_guard lock(mutex_);
    auto flight = flights_.find(key);
    if (flight == flights_.end()) return;
    waiters = std::move(flight->second);
    flights_.erase(flight);
  }
  for (auto& waiter : waiters) waiter.complete(result);
}

Task<std::optional<std::string>> MediaUpload::remembered(ChannelId channel, Media media) {
  const auto now = clock_.now();
  auto found = co_await rows_.find_remote_id(channel, media.sha256, media.mime_type, now);
  if (!found) {
    log::warn("remote_media_lookup_failed", {{"error", to_string(found.error().code)}});
    co_return std::nullopt;
  }
  co_return *found;
}

Task<Uploaded> MediaUpload::obtain(std::shared_ptr<const Channel> channel, OutboundFile file) {
  std::string no_stale;
  co_return co_await renew(std::move(channel), std::move(file), std::move(no_stale));
}

Task<Uploaded> MediaUpload::renew(std::shared_ptr<const Channel> channel, OutboundFile file, std::string stale) {
  const auto key = flight_key(*channel, file.media);
  constexpr int rounds = 8;  // a round is repeated only when another sender's upload vanished
  for (int round = 0; round < rounds; ++round) {
    auto known = co_await remembered(channel->id, file.media);
    if (known && *known != stale) co_return RemoteFile{std::move(*known), false};
    if (claim(key)) {
      Flight flight(*this, key);
      auto result = co_await lead(channel, file, stale);
      flight.set(result);
      co_return result;
    }
    auto wait = [this, &key](Completion<Shared> waiter) { join(key, std::move(waiter)); };
    auto shared = co_await await_completion<Shared>(wait);
    if (shared) {
      if (auto* remote = std::get_if<RemoteFile>(&*shared)) remote->fresh = false;  // the leader's upload, not this caller's
      co_return std::move(*shared);
    }
  }
  co_return not_uploaded(Error{ErrorCode::unavailable, "", "every shared upload vanished"});
}

Task<Uploaded> MediaUpload::lead(std::shared_ptr<const Channel> channel, OutboundFile file, std::string stale) {
  // Another leader may have landed between the look-up and the claim.
  auto known = co_await remembered(channel->id, file.media);
  if (known && *known != stale) co_return RemoteFile{std::move(*known), false};
  if (known) {
    auto forgotten = co_await rows_.forget_remote_id(channel->id, file.media.sha256, file.media.mime_type);
    if (!forgotten) log::warn("remote_media_forget_failed", {{"error", to_string(forgotten.error().code)}});
  }
  auto result = co_await upload(channel, file);
  if (const auto* remote = std::get_if<RemoteFile>(&result)) {
    const auto until = clock_.now() + remembered_for;
    auto kept = co_await rows_.remember_remote_id(channel->id, file.media.sha256, file.media.mime_type, remote->id, until);
    if (!kept) log::warn("remote_media_remember_failed", {{"error", to_string(kept.error().code)}});
  }
  co_return result;
}

Result<std::unique_ptr<http::BodySource>> MediaUpload::open_form(const OutboundFile& file, const std::string& boundary) const {
  auto path = file.path;
  if (path.empty()) {
    TRY(path, blobs_.path_of(file.media.sha256));
  }
  TRY(auto bytes, http::FileSource::open(path));
  auto form = std::make_unique<http::JoinedSource>();
  form->add(form_head(file.media, boundary));
  form->add(std::move(bytes));
  form->add("\r\n--" + boundary + "--\r\n");
  return std::unique_ptr<http::BodySource>(std::move(form));
}

Task<Uploaded> MediaUpload::upload(std::shared_ptr<const Channel> channel, OutboundFile file) {
  const auto boundary = "wherry-" + random_text(32, alphanumeric);
  auto form = open_form(file, boundary);
  if (!form) co_return not_uploaded(form.error());
  auto request = graph_request(*channel, http::Method::post, channel->phone_number_id + "/media", timeouts_.transfer);
  request.headers.add("Content-Type", "multipart/form-data; boundary=" + boundary);
  request.idle_timeout = timeouts_.transfer;
  request.body_source = std::move(*form);
  auto response = co_await ask_graph(client_, channel, std::move(request));
  if (!response) co_return not_uploaded(response.error());
  if (response->status >= 200 && response->status < 300) {
    if (auto id = id_in(response->body)) co_return RemoteFile{std::move(*id), true};
  }
  auto error = error_of(*response);
  const bool empty_success = error.code == 0 && error.http_status < 300;
  auto refused = refusal(std::move(error), Step::upload);
  refused.reason.peer_answer = answer_of(*response);
  if (empty_success) refused.retry_class = RetryClass::transient;
  co_return refused;
}

}  // namespace wherry::cloud_api
