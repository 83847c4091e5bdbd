#include "base/log.h"
#include "services/media/media_service.h"

namespace wherry {

namespace {

constexpr milliseconds youngest_swept = std::chrono::hours(1);
constexpr std::uint32_t page_size = 256;

class Sweeping {
 public:
  explicit Sweeping(BlobGate& gate) : gate_(gate) { gate_.begin_sweep(); }
  ~Sweeping() { gate_.end_sweep(); }
  Sweeping(const Sweeping&) = delete;
  Sweeping& operator=(const Sweeping&) = delete;

 private:
  BlobGate& gate_;
};

}  // namespace

Task<Result<void>> MediaService::drop(Media media) {
  const auto now = clock_.now();
  CO_TRY_VOID(co_await rows_.expire_media(media.id, now));
  Sweeping sweeping(gate_);
  CO_TRY(const bool referenced, co_await rows_.is_referenced(media.sha256, now));
  if (referenced) co_return Result<void>();
  CO_TRY_VOID(gate_.remove(blobs_, media.sha256));
  co_return Result<void>();
}

Task<Result<std::uint64_t>> MediaService::sweep() {
  const auto now = clock_.now();
  CO_TRY_VOID(co_await rows_.purge_media(now - tombstone));

  Sweeping sweeping(gate_);
  std::uint64_t removed = 0;
  std::optional<Sha256> after;
  for (;;) {
    CO_TRY(auto page, blobs_.list(after, page_size));
    if (page.empty()) break;
    for (const auto& entry : page) {
      after = entry.sha256;
      if (now - entry.written_at <= youngest_swept) continue;
      CO_TRY(const bool referenced, co_await rows_.is_referenced(entry.sha256, now));
      if (referenced) continue;
      auto gone = gate_.remove(blobs_, entry.sha256);
      if (gone) {
        removed += *gone ? 1 : 0;
      } else {
        log::warn("media.sweep.failed", {{"sha256", to_hex(entry.sha256)}, {"reason", gone.error().message}});
      }
    }
  }
  co_return removed;
}

}  // namespace wherry
