#include "upstream/linked_device/listener_calls.h"

#include <unordered_map>

#include "base/log.h"
#include "upstream/linked_device/decode_calls.h"
#include "upstream/linked_device/encode.h"

namespace wherry::linked {

namespace {

using Call = Task<CallReply> (*)(Listener&, SessionId, KeyFormat, Frame);

CallReply fails(Fault fault) { return {{}, {}, std::move(fault)}; }

CallReply wrong(const Error& error) { return fails({"bad_request", error.message + " is wrong", false, error.message, {}, 0}); }

CallReply stored(const Result<void>& result) { return result ? CallReply() : fails(store_fault(result.error())); }

Task<CallReply> get_keys(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto query = decode_key_query(frame);
  if (!query) co_return wrong(query.error());
  auto page = co_await listener.get_keys(std::move(session), std::move(query->type), std::move(query->ids));
  if (!page) co_return fails(store_fault(page.error()));
  auto keys = encode_keys(*page);
  if (!keys) co_return fails({"internal", keys.error().message, false, {}, {}, 0});
  co_return CallReply{std::move(keys->ok), std::move(keys->blob), {}};
}

Task<CallReply> set_keys(Listener& listener, SessionId session, KeyFormat format, Frame frame) {
  auto changes = decode_key_changes(frame);
  if (!changes) co_return wrong(changes.error());
  auto done = co_await listener.set_keys(std::move(session), std::move(format), std::move(*changes));
  co_return stored(done);
}

Task<CallReply> wipe_keys(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  const auto reason = decode_wipe(frame);
  auto done = co_await listener.wipe_keys(std::move(session), reason);
  co_return stored(done);
}

Task<CallReply> paired(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto pairing = decode_pairing(frame);
  if (!pairing) co_return wrong(pairing.error());
  auto done = co_await listener.paired(std::move(session), std::move(*pairing));
  co_return stored(done);
}

Task<CallReply> received(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto message = decode_message(std::move(frame));
  if (!message) co_return wrong(message.error());
  auto done = co_await listener.received(std::move(session), std::move(*message));
  co_return stored(done);
}

Task<CallReply> sending(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto sent = decode_sent(std::move(frame));
  if (!sent) co_return wrong(sent.error());
  auto done = co_await listener.sending(std::move(session), std::move(*sent));
  co_return stored(done);
}

Task<CallReply> acknowledged(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto ack = decode_ack(frame);
  if (!ack) co_return wrong(ack.error());
  auto done = co_await listener.acknowledged(std::move(session), std::move(*ack));
  co_return stored(done);
}

Task<CallReply> receipt(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto read = decode_receipt(frame);
  if (!read) co_return wrong(read.error());
  auto done = co_await listener.receipt(std::move(session), std::move(*read));
  co_return stored(done);
}

Task<CallReply> message_bytes(Listener& listener, SessionId session, KeyFormat, Frame frame) {
  auto query = decode_bytes_query(frame);
  if (!query) co_return wrong(query.error());
  auto bytes = co_await listener.message_bytes(std::move(session), std::move(*query));
  if (!bytes) co_return fails(store_fault(bytes.error()));
  const bool found = bytes->has_value() && !(*bytes)->empty();
  CallReply reply;
  reply.ok["found"] = found;
  if (found) reply.blob = std::move(**bytes);
  co_return reply;
}

const std::unordered_map<std::string_view, Call>& calls() {
  static const std::unordered_map<std::string_view, Call> all{
      {"keys.get", get_keys}, {"keys.set", set_keys}, {"keys.wipe", wipe_keys},
      {"paired", paired},     {"message", received},  {"sent", sending},
      {"ack", acknowledged},  {"receipt", receipt},   {"message.get", message_bytes},
  };
  return all;
}

}  // namespace

bool is_query(std::string_view op) { return op == "keys.get" || op == "message.get"; }

Task<CallReply> call_listener(Listener& listener, SessionId session, KeyFormat format, Frame frame) {
  const auto op = std::string(json::find_string(frame.line, "op").value_or(""));
  const auto found = calls().find(op);
  if (found == calls().end()) co_return fails({"unknown_op", "no such operation", false, {}, {}, 0});
  try {
    auto work = found->second(listener, std::move(session), std::move(format), std::move(frame));
    co_return co_await std::move(work);
  } catch (const std::exception& bug) {
    log::error("linked_listener_failed", {{"op", op}, {"error", bug.what()}});
  }
  co_return fails({"internal", "the gateway failed", false, {}, {}, 0});
}

}  // namespace wherry::linked
