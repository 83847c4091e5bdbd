#include "upstream/linked_device/linked_device.h"

#include <algorithm>
#include <filesystem>

#include "domain/linked_message_id.h"
#include "upstream/linked_device/decode_answers.h"
#include "upstream/linked_device/encode.h"
#include "upstream/linked_device/there.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

namespace fs = std::filesystem;

constexpr milliseconds ready_timeout{20'000};
constexpr milliseconds ask_timeout{60'000};
constexpr milliseconds transfer_timeout{600'000};
constexpr milliseconds sending_margin{30'000};  // over the acknowledgement's own timeout, for questions that come before the message

bool is_session_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Error not_answered(const NoAnswer& none) {
  if (none.written) return {ErrorCode::timeout, "no answer came from the transport", none.why};
  return {ErrorCode::upstream_unavailable, "the session is not running now", none.why};
}

// What a killed gateway left behind, and nothing else: the directory may be another one than was meant.
void forget_processes(const std::string& directory) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (fs::is_directory(entry.path() / "shared" / "out", ignored)) fs::remove_all(entry.path(), ignored);
}

SendOutcome refused(Refusal reason, bool may_retry, Error error) { return SendRefused{reason, 0, may_retry, std::move(error)}; }

SendOutcome outcome_of(Reply reply) {
  if (const auto* answer = std::get_if<Answer>(&reply)) return decode_outcome(answer->ok);
  if (const auto* fault = std::get_if<Fault>(&reply)) return to_refusal(*fault);
  auto& none = std::get<NoAnswer>(reply);
  if (none.written) return SendUnknown{std::move(none.why)};
  return refused(Refusal::not_running, true, not_answered(none));
}

}  // namespace

Result<void> LinkedDevice::prepare(const LinkedOptions& options) {
  std::error_code failure;
  fs::create_directories(options.directory, failure);
  if (!failure) forget_processes(options.directory);
  if (!failure) fs::permissions(options.directory, fs::perms::owner_all, failure);
  if (failure)
    return Error{ErrorCode::unavailable, "the directory of linked devices cannot be used", options.directory + ": " + failure.message()};
  return {};
}

LinkedDevice::LinkedDevice(LinkedOptions options, Clock& clock, Listener& listener)
    : options_(std::move(options)), supervisor_(options_, clock, listener) {}

template <class T>
Task<Result<T>> LinkedDevice::ask(SessionId session, std::string op, json::object fields, Result<T> (*decode)(const json::object&)) {
  auto work = supervisor_.ask(std::move(session), std::move(op), std::move(fields), ask_timeout);
  auto reply = co_await there(options_.executor, std::move(work));
  if (const auto* answer = std::get_if<Answer>(&reply)) co_return decode(answer->ok);
  if (const auto* fault = std::get_if<Fault>(&reply)) co_return to_error(*fault);
  co_return not_answered(std::get<NoAnswer>(reply));
}

Task<Result<void>> LinkedDevice::ask(SessionId session, std::string op, json::object fields) {
  constexpr Result<void> (*nothing)(const json::object&) = [](const json::object&) { return Result<void>(); };
  return ask<void>(std::move(session), std::move(op), std::move(fields), nothing);
}

Task<SendOutcome> LinkedDevice::deliver(SessionId session, std::string op, json::object fields, milliseconds timeout) {
  const auto id = json::find_string(fields, "message_id");
  if (!id || !is_message_id(*id))
    co_return refused(Refusal::bad_request, false, {ErrorCode::invalid_argument, "message_id is not accepted"});
  auto work = supervisor_.ask(std::move(session), std::move(op), std::move(fields), timeout);
  auto reply = co_await there(options_.executor, std::move(work));
  co_return outcome_of(std::move(reply));
}

Task<Result<void>> LinkedDevice::start(StartSession request) {
  if (!is_session_id(request.session.text)) co_return Error{ErrorCode::invalid_argument, "session is not accepted"};
  auto work = supervisor_.start_session(std::move(request));
  co_return co_await there(options_.executor, std::move(work));
}

Task<Result<void>> LinkedDevice::stop(SessionId session) { return there(options_.executor, supervisor_.stop_session(std::move(session))); }

Task<void> LinkedDevice::stop() { return there(options_.executor, supervisor_.stop()); }

Task<Result<void>> LinkedDevice::pair(SessionId session, PairBy method) {
  return there(options_.executor, pair_here(std::move(session), std::move(method)));
}

Task<Result<void>> LinkedDevice::pair_here(SessionId session, PairBy method) {
  auto fields = encode_pair(method);
  (void)co_await supervisor_.wait_running(session, ready_timeout);
  auto reply = co_await supervisor_.ask(session, "session.pair", fields, ask_timeout);
  const auto* fault = std::get_if<Fault>(&reply);
  if (fault != nullptr && fault->code == "no_session") {
    co_await supervisor_.wake(session);
    reply = co_await supervisor_.ask(session, "session.pair", fields, ask_timeout);
    fault = std::get_if<Fault>(&reply);
  }
  if (fault != nullptr) co_return to_error(*fault);
  if (const auto* none = std::get_if<NoAnswer>(&reply)) co_return not_answered(*none);
  co_return Result<void>();
}

Task<Result<bool>> LinkedDevice::logout(SessionId session) { return ask<bool>(std::move(session), "session.logout", {}, decode_told); }

Task<SendOutcome> LinkedDevice::send(SessionId session, OutgoingMessage message) {
  return there(options_.executor, send_here(std::move(session), std::move(message)));
}

Task<SendOutcome> LinkedDevice::send_here(SessionId session, OutgoingMessage message) {
  SharedFile file;
  auto timeout = options_.ack_timeout + sending_margin;
  if (message.typing) timeout += message.typing->duration;
  if (const auto* media = std::get_if<OutgoingMedia>(&message.content)) {
    const auto shared = supervisor_.shared_directory(session);
    if (!shared) co_return refused(Refusal::not_running, true, {ErrorCode::upstream_unavailable, "the session is not running now"});
    auto staged = SharedFile::outgoing(*shared, media->file);
    if (!staged) {
      const auto reason = staged.error().code == ErrorCode::not_found ? Refusal::not_found : Refusal::store;
      co_return refused(reason, reason == Refusal::store, staged.error());
    }
    file = std::move(*staged);
    timeout += transfer_timeout;
  }
  auto fields = encode_send(message, file.name());
  co_return co_await deliver(std::move(session), "message.send", std::move(fields), timeout);
}

Task<SendOutcome> LinkedDevice::edit(SessionId session, OutgoingEdit edit) {
  return deliver(std::move(session), "message.edit", encode_edit(edit), options_.ack_timeout + sending_margin);
}

Task<SendOutcome> LinkedDevice::revoke(SessionId session, OutgoingRevoke revoke) {
  return deliver(std::move(session), "message.revoke", encode_revoke(revoke), options_.ack_timeout + sending_margin);
}

Task<SendOutcome> LinkedDevice::react(SessionId session, OutgoingReaction reaction) {
  return deliver(std::move(session), "message.react", encode_reaction(reaction), options_.ack_timeout + sending_margin);
}

Task<SendOutcome> LinkedDevice::vote(SessionId session, OutgoingVote vote) {
  return deliver(std::move(session), "message.vote", encode_vote(vote), options_.ack_timeout + sending_margin);
}

Task<SendOutcome> LinkedDevice::forward(SessionId session, OutgoingForward forward) {
  return deliver(std::move(session), "message.forward", encode_forward(forward), options_.ack_timeout + sending_margin);
}

Task<Result<void>> LinkedDevice::mark_read(SessionId session, Jid chat, std::vector<ReadMessage> messages) {
  return ask(std::move(session), "receipt.send", encode_receipts(chat, ReceiptType::read, messages));
}

Task<Result<void>> LinkedDevice::mark_played(SessionId session, Jid chat, std::vector<ReadMessage> messages) {
  return ask(std::move(session), "receipt.send", encode_receipts(chat, ReceiptType::played, messages));
}

Task<Result<void>> LinkedDevice::show_typing(SessionId session, Jid chat, Typing state) {
  return ask(std::move(session), "typing.send", encode_typing(chat, state));
}

Task<Result<void>> LinkedDevice::set_presence(SessionId session, bool available) {
  return ask(std::move(session), "presence.set", {{"available", available}});
}

Task<Result<void>> LinkedDevice::edit_chat(SessionId session, Jid chat, ChatEdit edit) {
  return ask(std::move(session), "chat.update", encode_chat_edit(chat, edit));
}

Task<Result<void>> LinkedDevice::download(SessionId session, RemoteFile file, BlobWriter& into) {
  return there(options_.executor, download_here(std::move(session), std::move(file), into));
}

Task<Result<void>> LinkedDevice::download_here(SessionId session, RemoteFile file, BlobWriter& into) {
  const auto shared = supervisor_.shared_directory(session);
  if (!shared) co_return Error{ErrorCode::upstream_unavailable, "the session is not running now"};
  const auto place = SharedFile::incoming(*shared);
  CO_TRY(auto fields, encode_download(file, place.name()));
  auto reply = co_await supervisor_.ask(std::move(session), "media.download", std::move(fields), transfer_timeout);
  if (const auto* fault = std::get_if<Fault>(&reply)) co_return to_error(*fault);
  if (const auto* none = std::get_if<NoAnswer>(&reply)) co_return not_answered(*none);
  CO_TRY(const auto done, decode_download(std::get<Answer>(reply).ok));
  co_return co_await copy_into(place.path(), done.size, done.sha256, into);
}

Task<Result<std::vector<NumberCheck>>> LinkedDevice::check_numbers(SessionId session, std::vector<WaId> numbers) {
  return ask(std::move(session), "numbers.check", encode_numbers(numbers), decode_numbers);
}

Task<Result<std::string>> LinkedDevice::picture(SessionId session, Jid jid, PictureSize size) {
  return ask(std::move(session), "contact.picture", {{"jid", jid.text()}, {"size", word_of(size)}}, decode_picture);
}

Task<Result<About>> LinkedDevice::about(SessionId session, Jid jid) {
  return ask<About>(std::move(session), "contact.about", {{"jid", jid.text()}}, decode_about);
}

Task<Result<void>> LinkedDevice::set_blocked(SessionId session, Jid jid, bool blocked) {
  return ask(std::move(session), "contact.block", {{"jid", jid.text()}, {"blocked", blocked}});
}

Task<Result<std::vector<Group>>> LinkedDevice::groups(SessionId session) {
  return ask(std::move(session), "group.list", {}, decode_group_list);
}

Task<Result<Group>> LinkedDevice::group(SessionId session, Jid group) {
  return ask<Group>(std::move(session), "group.get", {{"group", group.text()}}, decode_group);
}

Task<Result<Group>> LinkedDevice::create_group(SessionId session, std::string subject, std::vector<Jid> participants) {
  return ask<Group>(std::move(session), "group.create", {{"subject", subject}, {"participants", encode_jids(participants)}}, decode_group);
}

Task<Result<Group>> LinkedDevice::edit_group(SessionId session, Jid group, GroupEdit edit) {
  return ask<Group>(std::move(session), "group.update", encode_group_edit(group, edit), decode_group);
}

Task<Result<std::vector<MemberResult>>> LinkedDevice::change_members(SessionId session, MembersChange change) {
  return ask(std::move(session), "group.members", encode_members(change), decode_members);
}

Task<Result<GroupInvite>> LinkedDevice::group_invite(SessionId session, Jid group, bool reset) {
  return ask(std::move(session), "group.invite", {{"group", group.text()}, {"reset", reset}}, decode_invite);
}

Task<Result<void>> LinkedDevice::leave_group(SessionId session, Jid group) {
  return ask(std::move(session), "group.leave", {{"group", group.text()}});
}

Task<Result<Jid>> LinkedDevice::join_group(SessionId session, std::string invite_code) {
  return ask(std::move(session), "group.join", {{"code", invite_code}}, decode_joined);
}

}  // namespace wherry::linked
