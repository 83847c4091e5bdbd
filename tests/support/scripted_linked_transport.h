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

  std::optional<Error> live_error;  ///< of the questions below, and of what is done with groups
  linked::Group team = make_team();  ///< the only group there is
  Task<Result<void>> show_typing(linked::SessionId, Jid chat, linked::Typing) override { return live("typing in " + chat.text()); }
  Task<Result<void>> set_blocked(linked::SessionId, Jid jid, bool blocked) override {
    return live((blocked ? "block " : "unblock ") + jid.text());
  }
  Task<Result<std::vector<linked::NumberCheck>>> check_numbers(linked::SessionId, std::vector<WaId> numbers) override {
    if (live_error) co_return *live_error;
    std::vector<linked::NumberCheck> found;
    for (const auto& number : numbers) found.push_back({number.digits, true, Jid::of(number), {}});
    co_return found;
  }
  Task<Result<std::string>> picture(linked::SessionId, Jid, linked::PictureSize) override {
    if (live_error) co_return *live_error;
    co_return std::string("https://pps.example.org/1.jpg");
  }
  Task<Result<linked::About>> about(linked::SessionId, Jid) override {
    if (live_error) co_return *live_error;
    co_return linked::About{"busy", {}};
  }
  Task<Result<std::vector<linked::Group>>> groups(linked::SessionId) override {
    if (live_error) co_return *live_error;
    co_return std::vector<linked::Group>{team};
  }
  Task<Result<linked::Group>> group(linked::SessionId, Jid) override { return the_team("group"); }
  Task<Result<linked::Group>> create_group(linked::SessionId, std::string subject, std::vector<Jid> participants) override {
    return the_team("create " + subject + " with " + participants.at(0).text());
  }
  Task<Result<linked::Group>> edit_group(linked::SessionId, Jid, linked::GroupEdit edit) override {
    if (edit.subject) team.subject = *edit.subject;
    if (edit.announce) team.announce = *edit.announce;
    return the_team("edit");
  }
  Task<Result<std::vector<linked::MemberResult>>> change_members(linked::SessionId, linked::MembersChange change) override {
    if (live_error) co_return *live_error;
    done.push_back("add " + change.participants.at(0).text());
    co_return std::vector<linked::MemberResult>{{change.participants.at(0), 200}};
  }
  Task<Result<linked::GroupInvite>> group_invite(linked::SessionId, Jid, bool reset) override {
    if (live_error) co_return *live_error;
    co_return linked::GroupInvite{"", std::string("https://chat.whatsapp.com/") + (reset ? "DeF" : "AbC")};
  }

 private:
  static linked::Group make_team() {
    linked::Group team;
    team.jid = *Jid::parse("120363041234567890@g.us");
    team.subject = "Team";
    team.owner = Jid::parse("4915187654321@s.whatsapp.net");
    team.size = 2;
    team.members = {{*team.owner, Jid::parse("88123456789012@lid"), linked::Role::superadmin},
                    {*Jid::parse("99123456789012@lid"), {}, linked::Role::member}};
    return team;
  }
  Task<Result<void>> live(std::string what) {
    if (live_error) co_return *live_error;
    done.push_back(std::move(what));
    co_return Result<void>();
  }
  Task<Result<linked::Group>> the_team(std::string what) {
    if (live_error) co_return *live_error;
    if (what != "group") done.push_back(std::move(what));
    co_return team;
  }
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
