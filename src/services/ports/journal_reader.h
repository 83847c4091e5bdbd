#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// The rows of a tenant's journal that are still there: first to last, without gaps. Both 0 when there are none.
struct JournalSpan {
  TenantId tenant;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t dropped = 0;  ///< rows that retention has deleted since the beginning
};

/// A page of events that match, and how far the search came.
struct JournalPage {
  std::vector<JournalEvent> events;  ///< in order of sequence
  std::uint64_t scanned_to = 0;      ///< every event up to here was looked at: the next page begins after it
  JournalSpan span;
};

/// Reads the journal by sequence and by subject. Errors of all calls: unavailable.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  /// Events after a sequence, of one kind or (empty) of all. Looks at no more than `scan_limit` rows, so a rare kind may
  /// give an empty page that is not the last: the last one has scanned_to == span.last.
  virtual Task<Result<JournalPage>> events(TenantId tenant, std::uint64_t after, std::string kind, std::uint32_t limit) = 0;
  /// Everything about one message, in order; at most 1000 events.
  virtual Task<Result<std::vector<JournalEvent>>> events_about(RawId subject) = 0;
  virtual Task<Result<std::vector<JournalSpan>>> spans() = 0;

  static constexpr std::uint32_t scan_limit = 5000;
};

/// Takes the oldest rows out of the journal. Errors of all calls: unavailable.
class JournalPruner {
 public:
  virtual ~JournalPruner() = default;
  struct Row {
    std::uint64_t sequence = 0;
    Timestamp recorded_at;
  };
  /// The tenant's oldest rows, in order.
  virtual Task<Result<std::vector<Row>>> oldest(TenantId tenant, std::uint32_t limit) = 0;
  /// Deletes the rows up to `last`, but never the tenant's newest; counts them by kind and journals "journal.dropped"
  /// {"from","to","count"}, all in one commit.
  virtual Task<Result<void>> drop(TenantId tenant, std::uint64_t first, std::uint64_t last, Timestamp now) = 0;
};

/// One try to hand an event to a webhook.
struct WebhookAttempt {
  std::string subscription;          ///< its id as text
  std::uint64_t sequence = 0;        ///< of the event
  std::uint32_t attempt = 0;
  Timestamp at;
  milliseconds took{0};
  int status = 0;                    ///< HTTP; 0: no answer
  std::string error;                 ///< empty when acknowledged
};

/// What became of events at the tenant's webhooks. Errors: unavailable.
class WebhookAttempts {
 public:
  virtual ~WebhookAttempts() = default;
  virtual Task<Result<std::vector<WebhookAttempt>>> attempts_of(TenantId tenant, std::vector<std::uint64_t> sequences) = 0;
};

}  // namespace wherry
