#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/completion.h"
#include "services/ports/linked_transport.h"

namespace wherry::test {

/// Writes down what a linked transport says; can fail or wait when told to.
class RecordingListener final : public linked::Listener {
 public:
  using Session = linked::SessionId;

  std::vector<std::string> calls;                   ///< "s1 message A", in order
  std::vector<linked::StateChange> states;
  std::map<std::string, std::string> keys;          ///< "s1 type id" -> value
  std::string format;
  /// Asked before each durable call returns; default: it succeeds.
  std::function<Result<void>(const std::string& call)> verdict;
  /// Calls that must wait until let_go().
  std::function<bool(const std::string& call)> holds;

  void let_go() {
    auto waiting = std::exchange(waiting_, {});
    for (auto& one : waiting) one.complete(0);
  }
  std::size_t held() const { return waiting_.size(); }
  std::size_t count(std::string_view call) const { return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call)); }

  Task<Result<linked::KeyPage>> get_keys(Session session, std::string type, std::vector<std::string> ids) override {
    auto done = co_await note(session, "keys.get " + type);
    if (!done) co_return done.error();
    linked::KeyPage page;
    for (const auto& id : ids)
      if (const auto found = keys.find(session.text + " " + type + " " + id); found != keys.end())
        page.keys.push_back({type, id, Secret(found->second)});
    co_return page;
  }
  Task<Result<void>> set_keys(Session session, linked::KeyFormat of, std::vector<linked::Key> changes) override {
    auto done = co_await note(session, "keys.set");
    if (!done) co_return done;
    format = of;
    for (const auto& key : changes) {
      const auto name = session.text + " " + key.type + " " + key.id;
      if (key.value) keys[name] = key.value->reveal();
      else keys.erase(name);
    }
    co_return done;
  }
  Task<Result<void>> wipe_keys(Session session, linked::Reason reason) override {
    return note(session, "keys.wipe " + std::string(to_string(reason)));
  }
  Task<Result<void>> paired(Session session, linked::Pairing pairing) override { return note(session, "paired " + pairing.jid.text()); }
  Task<Result<void>> received(Session session, linked::ReceivedMessage message) override {
    return note(session, "message " + message.message_id);
  }
  Task<Result<void>> sending(Session session, linked::SentBytes sent) override {
    return note(session, "sent " + sent.message_id + " " + sent.bytes);
  }
  Task<Result<void>> acknowledged(Session session, linked::Acknowledgement ack) override {
    return note(session, "ack " + ack.message_id + (ack.accepted ? " accepted" : " refused"));
  }
  Task<Result<void>> receipt(Session session, linked::Receipt receipt) override {
    return note(session, "receipt " + receipt.message_ids.at(0));
  }
  Task<Result<std::optional<std::string>>> message_bytes(Session session, linked::BytesQuery query) override {
    auto done = co_await note(session, "message.get " + query.message_id);
    if (!done) co_return done.error();
    std::optional<std::string> bytes;
    if (query.message_id == "KEPT") bytes = "kept bytes";
    co_return bytes;
  }

  Task<void> state_changed(Session session, linked::StateChange change) override {
    states.push_back(change);
    co_await note(session, "state " + std::string(to_string(change.state)));
  }
  Task<void> qr(Session session, linked::QrCode code) override { return tell(session, "qr " + code.code); }
  Task<void> pairing_code(Session session, linked::PairingCode code) override { return tell(session, "code " + code.code); }
  Task<void> typing(Session session, linked::TypingNotice notice) override { return tell(session, "typing " + notice.chat.text()); }
  Task<void> presence(Session session, linked::PresenceNotice notice) override { return tell(session, "presence " + notice.jid.text()); }
  Task<void> chats(Session session, std::vector<linked::ChatChange> chats) override {
    return tell(session, "chats " + std::to_string(chats.size()));
  }
  Task<void> contacts(Session session, std::vector<linked::ContactChange> contacts) override {
    return tell(session, "contacts " + std::to_string(contacts.size()));
  }
  Task<void> groups(Session session, linked::GroupsNotice notice) override {
    return tell(session, "groups " + std::to_string(notice.groups.size()));
  }
  Task<void> call(Session session, linked::CallNotice notice) override { return tell(session, "call " + notice.call_id); }
  Task<void> history(Session session, linked::HistoryNotice notice) override {
    return tell(session, notice.done ? "history done" : "history");
  }
  Task<void> undecryptable(Session session, linked::UndecryptableNotice notice) override {
    return tell(session, "undecryptable " + notice.message_id);
  }
  Task<void> restricted(Session session, std::optional<Timestamp> until) override {
    return tell(session, until ? "restricted until" : "restricted");
  }

 private:
  Task<Result<void>> note(Session session, std::string what) {
    what = session.text + " " + what;
    calls.push_back(what);
    if (holds && holds(what)) {
      auto start = [this](Completion<int> done) { waiting_.push_back(std::move(done)); };
      co_await await_completion<int>(start);
    }
    if (verdict) co_return verdict(what);
    co_return Result<void>();
  }
  Task<void> tell(Session session, std::string what) { co_await note(std::move(session), std::move(what)); }

  std::vector<Completion<int>> waiting_;
};

}  // namespace wherry::test
