#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// A message of ours that a customer answers, and what its sender gave along with it.
struct AnsweredMessage {
  MessageId id;
  std::string client_data;           ///< empty when nothing was given
};

/// A customer's message as a reader of the journal sees it.
struct InboundView {
  MessageId id;
  std::string wamid;
  std::string type;                  ///< as received
  std::string text;                  ///< body, caption, or what was tapped; empty when none
  std::string raw;                   ///< Meta's message object, JSON: domain/inbound_content.h reads it
  Timestamp at;                      ///< WhatsApp's
  ContactIdentity from;
  enum class File { none, pending, available, unavailable } file = File::none;
  std::optional<MediaId> media;      ///< set unless `none`
  std::string mime_type, file_name;  ///< of the file; as declared while it is pending
  std::uint64_t file_size = 0;       ///< 0 unless available
  std::string reply_to;              ///< WhatsApp's id of the message that is answered or reacted to; empty when none
  std::optional<AnsweredMessage> answered;  ///< that message, when it is one of ours
};

/// A journal row with what it is about.
struct JournalItem {
  JournalEvent event;
  std::optional<InboundView> inbound;  ///< of a "message.received"
  /// What the application sent along with the message the event is about; of a "message.received" with the newest one that was sent
  /// in the conversation before. Empty: nothing.
  std::string client_data;
  ContactIdentity with;                ///< the customer of the event's conversation; empty when it has none
};

/// Customers' messages in a part of the journal.
struct ReceivedPage {
  std::vector<JournalItem> items;
  std::uint64_t read_to = 0;           ///< everything up to this sequence was looked at
};

/// Reads the journal. Errors of all calls: unavailable.
class JournalStore {
 public:
  virtual ~JournalStore() = default;
  /// In order of sequence.
  virtual Task<Result<std::vector<JournalItem>>> read(TenantId tenant, std::uint64_t after, std::uint32_t limit) = 0;
  /// The "message.received" rows, in order. Fewer than `limit` means that there are no more.
  virtual Task<Result<ReceivedPage>> read_received(TenantId tenant, std::uint64_t after, std::uint32_t limit) = 0;
  /// The newest sequence number; 0 when there is none.
  virtual Task<Result<std::uint64_t>> last(TenantId tenant) = 0;
};

}  // namespace wherry
