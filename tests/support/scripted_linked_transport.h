#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/absent_transport.h"

namespace wherry::test {

/// A LinkedTransport that notes what it is asked and answers from a script; what is not scripted succeeds. What it cannot do fails as absent.
class ScriptedLinkedTransport final : public AbsentTransport {
 public:
  ScriptedLinkedTransport() : AbsentTransport("not in the script") {}

  std::vector<std::string> calls;  ///< "start pool_…", in order
  std::vector<linked::StartSession> started;  ///< in order
  std::vector<linked::PairBy> pairings;
  std::deque<Error> start_errors, stop_errors, pair_errors, logout_errors;  ///< taken one a call
  Result<void> downloaded;
  std::string download_bytes;
  std::optional<linked::RemoteFile> asked_for;
  /// Runs inside a call, e.g. to let the listener hear something before the answer.
  std::function<Task<void>(linked::SessionId)> on_start, on_pair, on_logout;

  Task<Result<void>> start(linked::StartSession request) override {
    calls.push_back("start " + request.session.text);
    started.push_back(request);
    if (auto error = next(start_errors)) co_return *error;
    if (on_start) co_await on_start(request.session);
    co_return Result<void>();
  }
  Task<Result<void>> stop(linked::SessionId session) override {
    calls.push_back("stop " + session.text);
    if (auto error = next(stop_errors)) co_return *error;
    co_return Result<void>();
  }
  Task<Result<void>> pair(linked::SessionId session, linked::PairBy method) override {
    calls.push_back("pair " + session.text);
    pairings.push_back(std::move(method));
    if (auto error = next(pair_errors)) co_return *error;
    if (on_pair) co_await on_pair(session);
    co_return Result<void>();
  }
  Task<Result<bool>> logout(linked::SessionId session) override {
    calls.push_back("logout " + session.text);
    if (auto error = next(logout_errors)) co_return *error;
    if (on_logout) co_await on_logout(session);
    co_return true;
  }
  Task<Result<void>> download(linked::SessionId session, linked::RemoteFile file, BlobWriter& into) override {
    calls.push_back("download " + session.text);
    asked_for = std::move(file);
    if (!downloaded) co_return downloaded;
    co_return into.write(download_bytes);
  }

  std::deque<linked::SendOutcome> outcomes;  ///< of what is done with messages; without one it is accepted
  std::vector<std::string> done;  ///< "edit 3EB0… in …@g.us: text", in order
  std::vector<linked::OutgoingMessage> messages;  ///< of send(), in order
  Task<linked::SendOutcome> send(linked::SessionId, linked::OutgoingMessage message) override {
    messages.push_back(message);
    return note(message.message_id, "send to " + message.to.text());
  }
  Task<linked::SendOutcome> forward(linked::SessionId, linked::OutgoingForward forward) override {
    return note(forward.message_id, "forward " + forward.source_id + " of " + forward.source_chat.text() + " to " + forward.to.text());
  }
  Task<linked::SendOutcome> edit(linked::SessionId, linked::OutgoingEdit edit) override {
    return note(edit.message_id, "edit " + edit.target + " in " + edit.chat.text() + ": " + edit.text);
  }
  Task<linked::SendOutcome> revoke(linked::SessionId, linked::OutgoingRevoke revoke) override {
    return note(revoke.message_id, "revoke " + named(revoke.target) + " in " + revoke.chat.text());
  }
  Task<linked::SendOutcome> react(linked::SessionId, linked::OutgoingReaction reaction) override {
    return note(reaction.message_id, "react " + reaction.emoji + " to " + named(reaction.target) + " in " + reaction.chat.text());
  }
  Task<linked::SendOutcome> vote(linked::SessionId, linked::OutgoingVote vote) override {
    std::string options;
    for (const auto& option : vote.options) options += " " + option;
    return note(vote.message_id, "vote" + options + " on " + named(vote.target) + " in " + vote.chat.text());
  }

 private:
  static std::string named(const linked::MessageRef& message) {
    const auto by = message.from_me ? std::string("me") : message.sender ? message.sender->text() : std::string("nobody");
    return message.id + " by " + by;
  }
  Task<linked::SendOutcome> note(std::string id, std::string what) {
    done.push_back(std::move(what));
    if (outcomes.empty()) co_return linked::SendAccepted{std::move(id), from_unix_millis(1'795'000'001'000)};
    auto outcome = std::move(outcomes.front());
    outcomes.pop_front();
    co_return outcome;
  }
  static std::optional<Error> next(std::deque<Error>& errors) {
    if (errors.empty()) return std::nullopt;
    auto error = std::move(errors.front());
    errors.pop_front();
    return error;
  }
};

}  // namespace wherry::test
