#pragma once

#include <string>

#include "net/body.h"
#include "services/journal/journal_feed.h"
#include "services/ports/journal_reader.h"

namespace wherry::api::admin {

/// A tenant's journal as Server-Sent Events: id = sequence, event = kind, data = the event as JSON. Begins after a sequence and goes
/// on until the client leaves or the server stops. Nothing is read ahead of the client, so a slow one costs one piece of memory;
/// one that takes nothing for the server's write timeout is cut off and may come back with Last-Event-ID.
/// Where retention was faster than the client it says so: event "journal.gap" with {"from","to"}.
class EventStream final : public http::BodySource {
 public:
  static constexpr seconds heartbeat{15};

  EventStream(JournalReader& journal, JournalFeed& feed, const Clock& clock, TenantId tenant, std::uint64_t after, std::string kind);
  Task<Result<std::size_t>> read(std::span<char> out) override;
  std::optional<std::uint64_t> length() const override { return std::nullopt; }

 private:
  enum class Next { go_on, end };
  Task<Next> fill();
  void append(const JournalPage& page);

  JournalReader& journal_;
  JournalFeed& feed_;
  const Clock& clock_;
  TenantId tenant_;
  std::uint64_t cursor_;
  std::string kind_;
  std::string pending_;  // what the client has not taken yet
  Timestamp heartbeat_at_;
};

}  // namespace wherry::api::admin
