#include <unordered_map>

#include "base/log.h"
#include "upstream/linked_device/decode_events.h"
#include "upstream/linked_device/listener_calls.h"

namespace wherry::linked {

namespace {

using Tell = Task<bool> (*)(Listener&, SessionId, json::object);

/// Reads an event and hands it to one of the listener's functions.
template <auto decode, auto tell>
Task<bool> pass_on(Listener& listener, SessionId session, json::object event) {
  auto notice = decode(event);
  if (!notice) co_return false;
  co_await (listener.*tell)(std::move(session), std::move(*notice));
  co_return true;
}

Task<bool> history(Listener& listener, SessionId session, json::object event) {
  const auto notice = decode_history(event);
  co_await listener.history(std::move(session), notice);
  co_return true;
}

Task<bool> restricted(Listener& listener, SessionId session, json::object event) {
  const auto until = decode_restricted(event);
  co_await listener.restricted(std::move(session), until);
  co_return true;
}

const std::unordered_map<std::string_view, Tell>& tellings() {
  static const std::unordered_map<std::string_view, Tell> all{
      {"state", pass_on<decode_state, &Listener::state_changed>},
      {"qr", pass_on<decode_qr, &Listener::qr>},
      {"code", pass_on<decode_pairing_code, &Listener::pairing_code>},
      {"typing", pass_on<decode_typing, &Listener::typing>},
      {"presence", pass_on<decode_presence, &Listener::presence>},
      {"chats", pass_on<decode_chats, &Listener::chats>},
      {"contacts", pass_on<decode_contacts, &Listener::contacts>},
      {"groups", pass_on<decode_groups, &Listener::groups>},
      {"call", pass_on<decode_call, &Listener::call>},
      {"history", history},
      {"undecryptable", pass_on<decode_undecryptable, &Listener::undecryptable>},
      {"restricted", restricted},
  };
  return all;
}

}  // namespace

Task<bool> tell_listener(Listener& listener, SessionId session, json::object event) {
  const auto name = std::string(json::find_string(event, "event").value_or(""));
  const auto found = tellings().find(name);
  if (found == tellings().end()) co_return false;
  try {
    auto work = found->second(listener, std::move(session), std::move(event));
    co_return co_await std::move(work);
  } catch (const std::exception& bug) {
    log::error("linked_listener_failed", {{"event_name", name}, {"error", bug.what()}});
  }
  co_return true;
}

}  // namespace wherry::linked
