// Messages that nobody could send in their time, wherever they wait. Whether it is too late is decided by the store: only `accepted`
// becomes `failed` here.
#include "services/outbox/expiry.h"

#include "base/log.h"
#include "services/outbox/outbox.h"

namespace wherry {

namespace {
constexpr std::uint32_t page_size = 500;
}  // namespace

Task<Result<void>> Outbox::fail_expired() {
  const auto now = clock_.now();
  while (!stopping_) {
    CO_TRY(const auto page, co_await store_.expired(now, page_size));
    for (const auto& message : page) {
      MessageMove move;
      move.id = message.id;
      move.to = MessageState::failed;
      move.error = expired_error(message.error ? message.error->title : std::string());
      move.attempts = message.attempts;
      move.at = now;
      auto failed = co_await take_out(message, std::move(move), expired());
      if (!failed && failed.error().code != ErrorCode::conflict) co_return failed.error();  // a conflict: it has just been taken up
      if (!failed) continue;
      ++counters_.failed;
      log::info("message_expired", {{"message", message.id.text()}});
    }
    if (page.size() < page_size) break;
  }
  co_return Result<void>();
}

}  // namespace wherry
