#include "services/inbox/media_worker.h"

#include <array>

#include "base/log.h"
#include "domain/media_kind.h"

namespace wherry {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<milliseconds, MediaWorker::max_attempts - 1> delays{seconds(30), minutes(2), minutes(10), hours(1), hours(3)};
constexpr milliseconds delay_when_our_disk_is_full = minutes(1);
constexpr milliseconds pause_when_the_store_refuses = seconds(30);

Media row_of(const PendingFetch& pending, Timestamp now, milliseconds lifetime) {
  Media media;
  media.id = pending.media;
  media.tenant = pending.tenant;
  media.mime_type = normalize_mime(pending.remote.mime_type);
  if (media.mime_type.empty()) media.mime_type = "application/octet-stream";
  media.file_name = pending.remote.file_name;
  media.state = MediaState::unavailable;
  media.created_at = now;
  media.expires_at = now + lifetime;
  return media;
}

bool is_final(const Error& error, std::uint32_t attempts) {
  if (error.code == ErrorCode::too_large || error.code == ErrorCode::gone) return true;
  if (error.code == ErrorCode::not_found) return attempts >= MediaWorker::max_attempts_when_missing;
  return attempts >= MediaWorker::max_attempts;
}

}  // namespace

MediaWorker::MediaWorker(InboundStore& store, MediaService& media, Upstream& upstream, Channels& channels, Clock& clock,
                         MediaWorkerOptions options)
    : store_(store), media_(media), upstream_(upstream), channels_(channels), clock_(clock), options_(options) {}

milliseconds MediaWorker::delay_after(std::uint32_t attempt) {
  if (attempt == 0) return delays.front();
  return delays[std::min<std::size_t>(attempt, delays.size()) - 1];
}

void MediaWorker::start(Executor executor) {
  executor_ = executor;
  started_ = true;
  group_.spawn(executor, tick(), "media_worker");
}

void MediaWorker::wake() {
  if (!started_ || stopping_ || wanted_.exchange(true)) return;
  group_.spawn(*executor_, pump(), "media_pump");
}

Task<void> MediaWorker::stop() {
  stopping_ = true;
  co_await group_.stop();
}

Task<void> MediaWorker::tick() {
  while (!stopping_) {
    wake();
    co_await clock_.sleep_for(options_.poll);
  }
}

Task<void> MediaWorker::pump() {
  if (pumping_) co_return;  // wanted_ stays set: the running pump goes round again
  pumping_ = true;
  while (!stopping_ && wanted_.exchange(false)) {
    auto started = co_await start_due();
    if (!started) log::warn("media_worker_store_failed", {{"error", to_string(started.error().code)}});
  }
  pumping_ = false;
}

/// Starts what is due and fits; each fetch that ends wakes the pump again.
Task<Result<void>> MediaWorker::start_due() {
  const auto now = clock_.now();
  if (running_.size() >= options_.concurrency || now < paused_until_) co_return Result<void>();
  const auto limit = static_cast<std::uint32_t>(options_.concurrency + running_.size());
  ended_meanwhile_.clear();
  auto due = co_await store_.due_fetches(now, limit);
  if (!due) co_return due.error();
  for (auto& pending : *due) {
    if (running_.size() >= options_.concurrency) break;
    if (ended_meanwhile_.contains(pending.media) || !running_.insert(pending.media).second) continue;
    counters_.running = static_cast<std::int64_t>(running_.size());
    group_.spawn(*executor_, run(std::move(pending)), "media_fetch");
  }
  co_return Result<void>();
}

Task<void> MediaWorker::run(PendingFetch pending) {
  const auto id = pending.media;
  try {
    co_await settle(std::move(pending));
  } catch (...) {
    running_.erase(id);
    counters_.running = static_cast<std::int64_t>(running_.size());
    throw;
  }
  running_.erase(id);
  ended_meanwhile_.insert(id);
  counters_.running = static_cast<std::int64_t>(running_.size());
  wake();
}

Task<void> MediaWorker::settle(PendingFetch pending) {
  auto fetched = co_await fetch(pending);
  if (stopping_) co_return;
  if (fetched) {
    ++counters_.fetched;
    co_await finish(std::move(fetched->media));
    co_return;
  }
  const auto& error = fetched.error();
  if (error.code == ErrorCode::cancelled) co_return;
  const bool ours = error.code == ErrorCode::unavailable;
  if (!ours) ++pending.attempts;
  if (ours || !is_final(error, pending.attempts)) {
    auto why = error;
    co_await try_later(std::move(pending), std::move(why));
    co_return;
  }
  ++counters_.unavailable;
  log::warn("inbound_media_unavailable", {{"media", pending.media.text()},
                                          {"message", pending.message.text()},
                                          {"attempts", pending.attempts},
                                          {"error", to_string(error.code)},
                                          {"detail", error.detail}});
  auto row = row_of(pending, clock_.now(), lifetime_of(pending));
  co_await finish(std::move(row));
}

Task<Result<MediaWorker::Fetched>> MediaWorker::fetch(PendingFetch pending) {
  auto channel = channels_.find(pending.channel);
  if (!channel) co_return Error{ErrorCode::gone, "the channel was removed"};
  CO_TRY(auto upload, media_.begin({}, {}));
  CO_TRY_VOID(co_await upstream_.fetch_media(std::move(channel), pending.remote, *upload.writer));
  CO_TRY(auto committed, co_await media_.commit(std::move(upload.writer)));
  auto media = row_of(pending, clock_.now(), lifetime_of(pending));
  media.sha256 = committed.stored.sha256;
  media.size = committed.stored.size;
  media.state = MediaState::available;
  co_return Fetched{std::move(media), std::move(committed.pending)};
}

milliseconds MediaWorker::lifetime_of(const PendingFetch& pending) const {
  const auto chosen = lifetime_ ? lifetime_(pending.tenant, pending.channel) : std::nullopt;
  return chosen.value_or(options_.lifetime);
}

Task<void> MediaWorker::finish(Media media) {
  const auto id = media.id;
  auto finished = co_await store_.finish_fetch(std::move(media));
  if (!finished) pause_after(finished.error(), id);
}

Task<void> MediaWorker::try_later(PendingFetch pending, Error why) {
  ++counters_.retried;
  const bool ours = why.code == ErrorCode::unavailable;
  const auto at = clock_.now() + (ours ? delay_when_our_disk_is_full : delay_after(pending.attempts));
  log::info("inbound_media_retry",
            {{"media", pending.media.text()}, {"attempt", pending.attempts}, {"error", to_string(why.code)}, {"detail", why.detail}});
  auto moved = co_await store_.reschedule_fetch(pending.media, pending.attempts, at);
  if (!moved) pause_after(moved.error(), pending.media);
}

// The pending row is unchanged and still due; without a pause it would be fetched over and over while the store refuses writes.
void MediaWorker::pause_after(const Error& error, MediaId media) {
  paused_until_ = clock_.now() + pause_when_the_store_refuses;
  log::warn("inbound_media_not_recorded", {{"media", media.text()}, {"error", to_string(error.code)}});
}

}  // namespace wherry
