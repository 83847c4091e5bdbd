#pragma once

#include "services/ports/upstream.h"

namespace wherry {

/// Takes each channel to the upstream of its kind. Threads: any.
class UpstreamByKind final : public Upstream {
 public:
  UpstreamByKind(Upstream& cloud, Upstream& linked) : cloud_(cloud), linked_(linked) {}

  Task<SendOutcome> send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                         std::vector<OutboundFile> files) override {
    return of(*channel).send(channel, std::move(message), std::move(to), std::move(files));
  }
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel> channel, InboundMedia remote, BlobWriter& into) override {
    return of(*channel).fetch_media(channel, std::move(remote), into);
  }
  Result<void> ready(const Channel& channel) const override { return of(channel).ready(channel); }
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel> channel) override { return of(*channel).check(channel); }

 private:
  Upstream& of(const Channel& channel) const { return channel.kind == ChannelKind::linked ? linked_ : cloud_; }

  Upstream& cloud_;
  Upstream& linked_;
};

}  // namespace wherry
