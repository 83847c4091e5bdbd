#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "services/ports/upstream.h"

namespace wherry::test {

/// An Upstream that answers from a script; when that is used up it accepts, with wamids of its own.
class ScriptedUpstream final : public Upstream {
 public:
  struct Sent {
    MessageId id;
    Content content;
    ContactIdentity to;
    std::vector<OutboundFile> files;
    std::string wamid;                 ///< that it had before
  };
  std::vector<Sent> sent;              ///< every call, in order
  std::deque<SendOutcome> script;
  std::function<void(const Message&)> on_send;  ///< runs inside the call, e.g. to let a status overtake the answer
  Result<void> media_result;
  std::string media_bytes;
  std::vector<ChannelFinding> findings;
  Result<void> is_ready;

  Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                         std::vector<OutboundFile> files) override;
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) override;
  Result<void> ready(const Channel&) const override { return is_ready; }
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) override;
};

/// A refusal with Meta's code.
SendOutcome refused(int code, ErrorCode reason = ErrorCode::rejected);

}  // namespace wherry::test
