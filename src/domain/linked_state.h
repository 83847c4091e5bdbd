#pragma once

#include <optional>
#include <string_view>

namespace wherry::linked {

/// Where the connection of a linked number stands.
enum class State {
  stopped,           ///< not running
  starting,          ///< loading keys, connecting, logging in
  unpaired,          ///< no keys; waits for somebody to pair
  qr,                ///< a QR code waits for the phone
  code,              ///< a pairing code waits for the phone
  pairing,           ///< the phone agreed
  passkey_required,  ///< the account links with a passkey only, which this transport cannot
  syncing,           ///< logged in, taking what waited
  working,           ///< may send
  disconnected,      ///< connects again by itself
  logged_out,        ///< unlinked; the keys are gone
  replaced,          ///< the same keys are in use elsewhere; never connects again by itself
  banned,            ///< by WhatsApp, for a time or for good
  outdated,          ///< WhatsApp refuses this version of the transport
  failed,            ///< gave up
};

/// Why it came to stand there.
enum class Reason {
  none,
  requested,
  expired,            ///< nobody scanned
  restart,            ///< WhatsApp asks for a new connection
  unlinked,           ///< by the phone
  locked,             ///< the main device is gone, or the account is locked
  banned,
  temporary_ban,
  outdated,
  client_refused,
  no_multi_device,
  replaced,
  lost,               ///< keep-alive without an answer
  closed,
  server,             ///< trouble on WhatsApp's side
  network,
  untrusted_server,   ///< its certificates are not WhatsApp's
  store_refused,      ///< the gateway would not store
  store_slow,
  too_many_devices,
  internal,
  transport_lost,     ///< the transport's process ended; it is started again
  other,              ///< a word this gateway does not know
};

/// The words of docs/formats/linked-device.md.
std::string_view to_string(State state);
std::string_view to_string(Reason reason);
std::optional<State> state_from(std::string_view text);
/// `other` for a word that is not known.
Reason reason_from(std::string_view text);

/// Whether it will not change again until somebody acts: pair, stop and start, update.
bool is_final(State state);

}  // namespace wherry::linked
