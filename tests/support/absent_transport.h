#pragma once

#include "services/ports/linked_transport.h"

namespace wherry::test {

/// A linked-device transport of which every call fails with `unavailable`: what a test does not need.
class AbsentTransport : public linked::LinkedTransport {
 public:
  explicit AbsentTransport(std::string why) : absent_(ErrorCode::unavailable, std::move(why)) {}

  Task<Result<void>> start(linked::StartSession) override { return fail<void>(); }
  Task<Result<void>> stop(linked::SessionId) override { return fail<void>(); }
  Task<Result<void>> pair(linked::SessionId, linked::PairBy) override { return fail<void>(); }
  Task<Result<bool>> logout(linked::SessionId) override { return fail<bool>(); }

  Task<linked::SendOutcome> send(linked::SessionId, linked::OutgoingMessage) override { return refuse(); }
  Task<linked::SendOutcome> edit(linked::SessionId, linked::OutgoingEdit) override { return refuse(); }
  Task<linked::SendOutcome> revoke(linked::SessionId, linked::OutgoingRevoke) override { return refuse(); }
  Task<linked::SendOutcome> react(linked::SessionId, linked::OutgoingReaction) override { return refuse(); }
  Task<linked::SendOutcome> vote(linked::SessionId, linked::OutgoingVote) override { return refuse(); }
  Task<linked::SendOutcome> forward(linked::SessionId, linked::OutgoingForward) override { return refuse(); }

  Task<Result<void>> mark_read(linked::SessionId, Jid, std::vector<linked::ReadMessage>) override { return fail<void>(); }
  Task<Result<void>> mark_played(linked::SessionId, Jid, std::vector<linked::ReadMessage>) override { return fail<void>(); }
  Task<Result<void>> show_typing(linked::SessionId, Jid, linked::Typing) override { return fail<void>(); }
  Task<Result<void>> set_presence(linked::SessionId, bool) override { return fail<void>(); }
  Task<Result<void>> download(linked::SessionId, linked::RemoteFile, BlobWriter&) override { return fail<void>(); }

  Task<Result<std::vector<linked::NumberCheck>>> check_numbers(linked::SessionId, std::vector<WaId>) override {
    return fail<std::vector<linked::NumberCheck>>();
  }
  Task<Result<std::string>> picture(linked::SessionId, Jid, linked::PictureSize) override { return fail<std::string>(); }
  Task<Result<linked::About>> about(linked::SessionId, Jid) override { return fail<linked::About>(); }
  Task<Result<void>> set_blocked(linked::SessionId, Jid, bool) override { return fail<void>(); }
  Task<Result<std::vector<linked::Group>>> groups(linked::SessionId) override { return fail<std::vector<linked::Group>>(); }
  Task<Result<linked::Group>> group(linked::SessionId, Jid) override { return fail<linked::Group>(); }
  Task<Result<linked::Group>> create_group(linked::SessionId, std::string, std::vector<Jid>) override { return fail<linked::Group>(); }
  Task<Result<linked::Group>> edit_group(linked::SessionId, Jid, linked::GroupEdit) override { return fail<linked::Group>(); }
  Task<Result<std::vector<linked::MemberResult>>> change_members(linked::SessionId, linked::MembersChange) override {
    return fail<std::vector<linked::MemberResult>>();
  }
  Task<Result<linked::GroupInvite>> group_invite(linked::SessionId, Jid, bool) override { return fail<linked::GroupInvite>(); }
  Task<Result<void>> leave_group(linked::SessionId, Jid) override { return fail<void>(); }
  Task<Result<Jid>> join_group(linked::SessionId, std::string) override { return fail<Jid>(); }
  Task<Result<void>> edit_chat(linked::SessionId, Jid, linked::ChatEdit) override { return fail<void>(); }

  std::vector<linked::ProcessHealth> health() const override { return {}; }

 private:
  template <class T>
  Task<Result<T>> fail() {
    co_return absent_;
  }
  Task<linked::SendOutcome> refuse() { co_return linked::SendRefused{linked::Refusal::not_running, 0, true, absent_}; }

  Error absent_;
};

}  // namespace wherry::test
