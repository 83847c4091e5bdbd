#include "services/journal/retention.h"

#include "base/log.h"

namespace wherry {

JournalRetention::JournalRetention(JournalReader& reader, JournalPruner& pruner, Clock& clock, RetentionOptions options)
    : reader_(reader), pruner_(pruner), clock_(clock), options_(options) {}

Task<Result<std::uint64_t>> JournalRetention::sweep() {
  CO_TRY(auto spans, co_await reader_.spans());
  std::uint64_t total = 0;
  for (const auto& span : spans) {
    if (span.last == 0) continue;
    CO_TRY(const auto gone, co_await sweep_tenant(span));
    if (gone > 0) log::info("journal_dropped", {{"tenant", span.tenant.text()}, {"events", gone}});
    total += gone;
  }
  co_return total;
}

Task<Result<std::uint64_t>> JournalRetention::sweep_tenant(JournalSpan span) {
  std::optional<std::uint64_t> needed;
  if (lowest_needed_) {
    CO_TRY(needed, co_await lowest_needed_(span.tenant));
  }
  std::uint64_t gone = 0;
  while (true) {
    CO_TRY(auto oldest, co_await pruner_.oldest(span.tenant, portion));
    const auto count = droppable(oldest, span, needed);
    if (count <= 1) co_return gone;  // saying so costs a row, too
    CO_TRY_VOID(co_await pruner_.drop(span.tenant, oldest.front().sequence, oldest[count - 1].sequence, clock_.now()));
    gone += count;
    dropped_ += count;
    if (count < portion) co_return gone;
  }
}

std::size_t JournalRetention::droppable(const std::vector<JournalPruner::Row>& oldest, const JournalSpan& span,
                                        std::optional<std::uint64_t> needed) const {
  const auto too_old = clock_.now() - options_.keep;
  const auto much_too_old = too_old - options_.wait_for_readers;
  const auto newer = [&](std::uint64_t sequence) { return span.last - sequence; };
  std::size_t count = 0;
  for (const auto& row : oldest) {
    if (row.sequence >= span.last) break;
    const bool unread = needed && row.sequence >= *needed;
    const bool expired = row.recorded_at < (unread ? much_too_old : too_old);
    const bool surplus = newer(row.sequence) >= options_.max_rows * (unread ? 2 : 1);
    if (!expired && !surplus) break;
    ++count;
  }
  return count;
}

}  // namespace wherry
