#pragma once

#include "services/ports/linked_transport.h"
#include "upstream/linked_device/supervisor.h"

namespace wherry::linked {

/// WhatsApp through linked devices: the port over the processes of a supervisor. A send whose process ends before it has answered is SendUnknown.
/// Threads: any; the work is done on the options' executor, and calls resume on their caller's.
class LinkedDevice final : public LinkedTransport {
 public:
  /// Makes the options' directory, or takes out of it what an earlier gateway left. Errors: unavailable (the directory cannot be used).
  static Result<void> prepare(const LinkedOptions& options);
  /// After prepare(). Starts nothing until a session is started. The clock and the listener outlive it.
  LinkedDevice(LinkedOptions options, Clock& clock, Listener& listener);
  /// stop() has returned.
  ~LinkedDevice() override = default;

  /// Stops every session in order and ends the processes; within twice the options' stop_grace. Calls afterwards are refused.
  Task<void> stop();

  Task<Result<void>> start(StartSession request) override;
  Task<Result<void>> stop(SessionId session) override;
  Task<Result<void>> pair(SessionId session, PairBy method) override;
  Task<Result<bool>> logout(SessionId session) override;

  Task<SendOutcome> send(SessionId session, OutgoingMessage message) override;
  Task<SendOutcome> edit(SessionId session, OutgoingEdit edit) override;
  Task<SendOutcome> revoke(SessionId session, OutgoingRevoke revoke) override;
  Task<SendOutcome> react(SessionId session, OutgoingReaction reaction) override;
  Task<SendOutcome> vote(SessionId session, OutgoingVote vote) override;
  Task<SendOutcome> forward(SessionId session, OutgoingForward forward) override;

  Task<Result<void>> mark_read(SessionId session, Jid chat, std::vector<ReadMessage> messages) override;
  Task<Result<void>> mark_played(SessionId session, Jid chat, std::vector<ReadMessage> messages) override;
  Task<Result<void>> show_typing(SessionId session, Jid chat, Typing state) override;
  Task<Result<void>> set_presence(SessionId session, bool available) override;
  Task<Result<void>> download(SessionId session, RemoteFile file, BlobWriter& into) override;

  Task<Result<std::vector<NumberCheck>>> check_numbers(SessionId session, std::vector<WaId> numbers) override;
  Task<Result<std::string>> picture(SessionId session, Jid jid, PictureSize size) override;
  Task<Result<About>> about(SessionId session, Jid jid) override;
  Task<Result<void>> set_blocked(SessionId session, Jid jid, bool blocked) override;

  Task<Result<std::vector<Group>>> groups(SessionId session) override;
  Task<Result<Group>> group(SessionId session, Jid group) override;
  Task<Result<Group>> create_group(SessionId session, std::string subject, std::vector<Jid> participants) override;
  Task<Result<Group>> edit_group(SessionId session, Jid group, GroupEdit edit) override;
  Task<Result<std::vector<MemberResult>>> change_members(SessionId session, MembersChange change) override;
  Task<Result<GroupInvite>> group_invite(SessionId session, Jid group, bool reset) override;
  Task<Result<void>> leave_group(SessionId session, Jid group) override;
  Task<Result<Jid>> join_group(SessionId session, std::string invite_code) override;
  Task<Result<void>> edit_chat(SessionId session, Jid chat, ChatEdit edit) override;

  std::vector<ProcessHealth> health() const override { return supervisor_.health(); }
  /// Processes that were started again, since the gateway started.
  std::uint64_t restarts() const { return supervisor_.restarts(); }

 private:
  Task<Result<void>> pair_here(SessionId session, PairBy method);
  Task<SendOutcome> send_here(SessionId session, OutgoingMessage message);
  Task<Result<void>> download_here(SessionId session, RemoteFile file, BlobWriter& into);
  /// One of the requests that bring something to WhatsApp.
  Task<SendOutcome> deliver(SessionId session, std::string op, json::object fields, milliseconds timeout);
  /// Any other, and what its answer says.
  template <class T>
  Task<Result<T>> ask(SessionId session, std::string op, json::object fields, Result<T> (*decode)(const json::object&));
  Task<Result<void>> ask(SessionId session, std::string op, json::object fields);

  const LinkedOptions options_;
  Supervisor supervisor_;
};

}  // namespace wherry::linked
