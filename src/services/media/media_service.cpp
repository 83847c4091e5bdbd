#include "services/media/media_service.h"

#include <boost/asio/post.hpp>
#include <charconv>

#include "base/completion.h"
#include "services/media/content_match.h"
#include "services/media/file_name.h"

namespace wherry {

namespace {

constexpr std::size_t disk_threads = 2;
constexpr std::string_view any_type = "application/octet-stream";

Error too_large(MediaKind kind) {
  const auto limit = media_size_limit(kind);
  const auto text = limit % (1u << 20) == 0 ? std::to_string(limit >> 20) + " MB" : std::to_string(limit >> 10) + " KB";
  return {ErrorCode::too_large, "The file is larger than " + text + ", the limit for type " + std::string(to_string(kind))};
}

}  // namespace

Result<void> Upload::write(std::string_view piece) {
  auto written = writer->write(piece);
  if (!written && written.error().code == ErrorCode::too_large) return too_large(media_kind_for(normalize_mime(declared_mime)));
  return written;
}

MediaService::MediaService(MediaRows& rows, BlobStore& blobs, UrlFetcher& fetcher, const SecretBox& secrets, Clock& clock)
    : rows_(rows), blobs_(blobs), fetcher_(fetcher), secrets_(secrets), clock_(clock), disk_(disk_threads) {}

MediaService::~MediaService() { disk_.join(); }

Result<Upload> MediaService::begin(std::string declared_mime, std::string file_name, milliseconds keep) {
  const auto mime = normalize_mime(declared_mime);
  const auto limit = mime.empty() ? max_media_bytes : media_size_limit(media_kind_for(mime));
  TRY(auto writer, blobs_.create(limit));
  return Upload{std::move(writer), std::move(declared_mime), std::move(file_name), keep};
}

Task<Result<Media>> MediaService::finish(TenantId tenant, Upload upload) {
  const auto mime = normalize_mime(upload.declared_mime);
  if (mime.empty()) co_return Error{ErrorCode::unsupported_media, "The MIME type is not valid"};
  const auto kind = media_kind_for(mime);
  const auto size = upload.writer->size();
  if (size == 0) co_return Error{ErrorCode::unsupported_media, "The file is empty"};
  if (size > media_size_limit(kind)) co_return too_large(kind);
  const auto sniffed = normalize_mime(upload.writer->sniffed_mime());
  if (!content_may_be(mime, sniffed)) {
    co_return Error{ErrorCode::unsupported_media, "The content is not of type " + mime, "it looks like " + sniffed};
  }
  CO_TRY(auto committed, co_await commit(std::move(upload.writer)));

  Media media;
  const auto now = clock_.now();
  media.id = MediaId::make(now);
  media.tenant = tenant;
  media.sha256 = committed.stored.sha256;
  media.size = committed.stored.size;
  media.mime_type = mime;
  media.file_name = clean_file_name(upload.file_name);
  media.created_at = now;
  media.expires_at = now + upload.keep;
  CO_TRY_VOID(co_await rows_.add_media(media));
  co_return media;
}

Task<Result<BlobGate::Committed>> MediaService::commit(std::unique_ptr<BlobWriter> writer) {
  struct Job {
    std::unique_ptr<BlobWriter> writer;
    std::optional<Result<BlobGate::Committed>> outcome;
  };
  auto job = std::make_shared<Job>();  // shared by this coroutine and the disk thread
  job->writer = std::move(writer);
  auto start = [this, job](Completion<bool> done) {
    boost::asio::post(disk_, [this, job, done = std::move(done)]() mutable {
      job->outcome.emplace(gate_.commit(*job->writer));
      job->writer.reset();
      done.complete(true);
    });
  };
  ++committing_;
  co_await await_completion<bool>(start);
  --committing_;
  co_return std::move(*job->outcome);
}

Task<Result<Media>> MediaService::fetch(TenantId tenant, std::string url) {
  CO_TRY(auto upload, begin({}, {}));
  auto kind = MediaKind::document;
  // The kind is known from the head of the answer: a picture of 90 MB is not worth reading to its end.
  UrlFetcher::SizeLimit limit = [&kind](std::string_view content_type) {
    const auto mime = normalize_mime(content_type);
    if (!mime.empty()) kind = media_kind_for(mime);
    return media_size_limit(kind);
  };
  auto fetched_or = co_await fetcher_.fetch(std::move(url), *upload.writer, std::move(limit));
  if (!fetched_or && fetched_or.error().code == ErrorCode::too_large) co_return too_large(kind);
  CO_TRY(auto fetched, std::move(fetched_or));
  upload.declared_mime = normalize_mime(fetched.content_type);
  if (upload.declared_mime.empty()) upload.declared_mime = mime_for_extension(fetched.file_name);
  if (upload.declared_mime.empty()) upload.declared_mime = any_type;
  upload.file_name = std::move(fetched.file_name);
  co_return co_await finish(tenant, std::move(upload));
}

Result<Media> MediaService::alive(std::optional<Media> media) const {
  const auto now = clock_.now();
  if (!media || now >= media->expires_at + tombstone) return Error{ErrorCode::not_found, "Media not found"};
  if (now >= media->expires_at) return Error{ErrorCode::gone, "Media has expired"};
  if (media->state == MediaState::unavailable) return Error{ErrorCode::not_found, "Media not found", "it could not be fetched"};
  return std::move(*media);
}

Task<Result<Media>> MediaService::find(TenantId tenant, MediaId id) {
  CO_TRY(auto media, co_await rows_.find_media(id));
  if (media && media->tenant != tenant && clock_.now() < media->expires_at + tombstone) {
    co_return Error{ErrorCode::permission_denied, "Media belongs to another account"};
  }
  co_return alive(std::move(media));
}

Task<Result<void>> MediaService::remove(Media media) { co_return co_await rows_.expire_media(media.id, clock_.now()); }

Result<std::string> MediaService::path_of(const Media& media) {
  TRY(auto living, alive(media));
  auto path = blobs_.path_of(living.sha256);
  if (!path && path.error().code == ErrorCode::not_found) return Error{ErrorCode::not_found, "Media not found", "the file is missing"};
  return path;
}

std::string MediaService::link_signature(std::string_view id, std::string_view expires) const {
  return to_hex(secrets_.sign("media link", std::string(id) + '\n' + std::string(expires)));
}

std::string MediaService::signed_link(const Media& media) const {
  const auto id = media.id.text();
  const auto expires = std::to_string(to_unix_millis(clock_.now() + link_lifetime));
  return "/v1/media/files/" + id + "?expires=" + expires + "&signature=" + link_signature(id, expires);
}

Task<Result<Media>> MediaService::open_link(std::string id, std::string expires, std::string signature) {
  static const Error refused{ErrorCode::permission_denied, "The link is invalid or has expired"};
  if (!constant_time_equal(signature, link_signature(id, expires))) co_return refused;
  std::int64_t until = 0;
  const auto* end = expires.data() + expires.size();
  const auto read = std::from_chars(expires.data(), end, until);
  if (read.ec != std::errc() || read.ptr != end || clock_.now() >= from_unix_millis(until)) co_return refused;
  const auto media_id = MediaId::parse(id);
  if (!media_id) co_return refused;
  CO_TRY(auto media, co_await rows_.find_media(*media_id));
  co_return alive(std::move(media));
}

}  // namespace wherry
