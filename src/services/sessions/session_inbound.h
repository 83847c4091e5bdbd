#pragma once

#include <atomic>

#include "services/inbox/inbox.h"
#include "services/ports/message_store.h"
#include "services/sessions/media_token.h"
#include "services/sessions/session_keys.h"
#include "services/sessions/session_people.h"

namespace wherry {

struct SessionCounters {
  std::atomic<std::uint64_t> history{0};        ///< messages of the phone's archive, passed over
  std::atomic<std::uint64_t> status_posts{0};   ///< everybody's "status", passed over
  std::atomic<std::uint64_t> undecryptable{0};  ///< messages that could not be read at once
};

/// The part of the linked-device listener that takes messages, receipts and notices: it keeps their bytes and hands them to the Inbox, which
/// drops what comes twice. What returns without an error is on disk. Threads: any.
class SessionInbound {
 public:
  struct Parts {
    SessionKeys& keys;
    Inbox& inbox;
    MessageStore& messages;
    ChatStore& chats;
    SessionPeople& people;
    const SecretBox& secrets;
    Clock& clock;
  };
  explicit SessionInbound(Parts parts) : parts_(parts), tokens_(parts.secrets) {}

  Task<Result<void>> received(ChannelId channel, linked::ReceivedMessage message);
  Task<Result<void>> sending(ChannelId channel, linked::SentBytes sent);
  /// A refusal settles a message only while nobody knows whether it was sent: else the outcome of the send tells, and whether to try again.
  Task<Result<void>> acknowledged(ChannelId channel, linked::Acknowledgement ack);
  Task<Result<void>> receipt(ChannelId channel, linked::Receipt receipt);
  Task<void> call(ChannelId channel, linked::CallNotice notice);
  Task<void> groups(ChannelId channel, linked::GroupsNotice notice);
  void undecryptable(ChannelId channel);

  const SessionCounters& counters() const { return counters_; }

 private:
  Task<Result<void>> keep_beside(ChannelId channel, linked::ReceivedMessage message);
  Task<void> tell(ChannelId channel, std::vector<InboundEvent> events);

  Parts parts_;
  MediaTokens tokens_;
  SessionCounters counters_;
};

}  // namespace wherry
