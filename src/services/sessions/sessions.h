#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/task_group.h"
#include "services/channels/channels.h"
#include "services/ports/linked_transport.h"
#include "services/ports/session_store.h"
#include "services/sessions/session_states.h"
#include "services/sessions/session_status.h"
#include "services/sessions/session_table.h"

namespace wherry {

struct NewSession {
  TenantId tenant;
  std::string label;                         ///< the tenant's own name for it; may be empty
  SessionSettings settings;
  std::optional<std::uint32_t> rate_per_min, rate_per_hour;
};

/// What is absent stays. auto_read is heeded from the next start on.
struct SessionChange {
  std::optional<std::string> label;
  std::optional<bool> auto_read, presence_typing;
  std::optional<std::optional<std::uint32_t>> rate_per_min, rate_per_hour;  ///< of nullopt: the gateway's default again
};

/// A linked number: its channel (id, label, rates, number) and what belongs to the link.
struct Session {
  ChannelPtr channel;
  LinkedSession link;
  SessionStatus status() const { return status_of(link.state.state); }
  bool is_linked() const { return link.linked_to.has_value(); }
};

struct SessionsOptions {
  std::string owner = "gw-1";                ///< this process's name in the leases: the same after a restart, another for each process
  std::string device_name = "Wherry";        ///< as phones list it
  std::size_t most = 1000;                   ///< sessions of all tenants
  milliseconds lease{60'000};
  milliseconds tend_every{20'000};
  milliseconds start_spacing{250};           ///< between two starts when the gateway starts, more or less
  milliseconds code_wait{20'000};            ///< how long a pairing code may take to come
};

/// Numbers that are linked as devices. What belongs to another tenant is not_found.
/// Errors of all calls: not_found, unavailable (our own store; or linked devices are not set up here: the message names the remedy), and those of
/// linked::LinkedTransport where one is called. Threads: any.
class Sessions {
 public:
  struct Parts {
    SessionStore& store;
    Channels& channels;
    linked::LinkedTransport& transport;
    SessionTable& table;
    SessionStates& states;
    Clock& clock;
    SessionsOptions options = {};
  };
  explicit Sessions(Parts parts) : parts_(std::move(parts)) {}

  /// Reads every session from the store; call before serving.
  Task<Result<void>> load();
  /// Takes up, one after the other, what is wanted to run, and keeps the leases.
  void start_tending(Executor executor);
  /// Ends the tending and gives the leases back. The transport is stopped by whoever owns it, before.
  Task<void> stop_tending();

  /// A stopped one. Errors: invalid_argument (label, rates), conflict (there are too many).
  Task<Result<Session>> create(NewSession wanted);
  std::vector<Session> list(TenantId tenant) const;  ///< in order of creation
  std::vector<Session> list_all() const;  ///< every tenant's
  Result<Session> find(TenantId tenant, ChannelId id) const;
  Task<Result<Session>> change(TenantId tenant, ChannelId id, SessionChange change);

  /// Wants it to run from now on, also after a restart. One that is not linked begins to show QR codes. Does nothing when it runs.
  /// Errors: conflict (another process runs it; its keys have another format).
  Task<Result<Session>> start(TenantId tenant, ChannelId id);
  Task<Result<Session>> stop(TenantId tenant, ChannelId id);  ///< the link stays; does nothing when it is stopped
  Task<Result<Session>> restart(TenantId tenant, ChannelId id);
  /// Unlinks the number; the session stays. Does nothing when it is not linked. When WhatsApp cannot be told, the keys go all the same, and the
  /// phone goes on listing the device until somebody removes it there.
  Task<Result<Session>> logout(TenantId tenant, ChannelId id);
  /// Unlinks, stops, and deletes session, keys and channel. Conversations stay on disk.
  Task<Result<void>> remove(TenantId tenant, ChannelId id);

  /// The code that is to be shown now. Errors: already_exists (it is linked); not_found when there is none yet: linking has begun, ask again;
  /// conflict (it is being linked with a pairing code).
  Task<Result<linked::QrCode>> request_qr(TenantId tenant, ChannelId id);
  /// Waits for the code. Linking that goes on, by QR or with another code, ends. Errors: already_exists, timeout.
  Task<Result<linked::PairingCode>> request_pairing_code(TenantId tenant, ChannelId id, WaId phone);
  /// The same as find, but not_found unless it is linked.
  Result<Session> me(TenantId tenant, ChannelId id) const;

 private:
  std::optional<Session> known(ChannelId id) const;
  Task<Result<void>> own(ChannelId id);
  Task<Result<void>> launch(Session session);
  Task<Result<void>> run(Session session);
  Task<Result<void>> halt(ChannelId id, linked::Reason reason);
  Task<Result<void>> begin_pairing(Session session, linked::PairBy method);
  Task<Result<void>> unlink(Session session);
  Task<void> tend();
  Task<void> tend_once();
  Task<void> keep_leases();
  Task<void> resume(LinkedSession session);
  milliseconds spacing();

  Parts parts_;
  TaskGroup background_;
};

}  // namespace wherry
