#include "services/media/passing_files.h"

#include "base/log.h"

namespace wherry {

namespace {
constexpr std::uint32_t portion = 200;
}

Task<void> PassingFiles::keep_until(MediaId media, MessageId message) {
  auto kept = co_await store_.keep(media, message);
  if (!kept) log::warn("passing_file_not_noted", {{"media", media.text()}, {"error", to_string(kept.error().code)}});
}

Task<Result<std::size_t>> PassingFiles::sweep() {
  CO_TRY(const auto finished, co_await store_.finished(portion));
  for (const auto& id : finished) {
    CO_TRY(auto media, co_await rows_.find_media(id));
    if (media) {
      CO_TRY_VOID(co_await media_.drop(std::move(*media)));
    }
    CO_TRY_VOID(co_await store_.forget(id));
  }
  co_return finished.size();
}

}  // namespace wherry
