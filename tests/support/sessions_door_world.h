#pragma once

#include "api/sessions/routes.h"
#include "api/sessions/webhook_format.h"
#include "services/sessions/session_listener.h"
#include "tests/support/door_world.h"
#include "tests/support/magpipe_world.h"
#include "tests/support/memory_chats.h"
#include "tests/support/memory_inbound_store.h"
#include "tests/support/memory_passing_files.h"
#include "tests/support/memory_people.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/scripted_linked_transport.h"

namespace wherry::test {

/// The Sessions door, with a key of the first tenant, a session of it that is linked and may send, and one of somebody else.
class SessionsDoorWorld : public DoorWorld {
 public:
  SessionsDoorWorld() {
    history.owner = tenant;
    key = key_with({});
    session = create(tenant, "Support DE");
    foreign_session = create(other_tenant, "theirs");
    api::sessions::add_sessions_routes(router, {access, sessions, outbox, idempotency, media, rows, passing, blobs, history, chats, people,
                                                journal, feed, transport, session_store, webhooks, streams, clock, "gw-1"});
  }

  std::string key_with(Scopes scopes) {
    NewKey wanted;
    wanted.tenant = tenant;
    wanted.style = "sessions";
    wanted.label = "shop";
    wanted.scopes = scopes;
    return make_key(std::move(wanted));
  }
  ChannelId create(TenantId owner, std::string label) {
    NewSession wanted;
    wanted.tenant = owner;
    wanted.label = std::move(label);
    return run(io, sessions.create(std::move(wanted))).value().channel->id;
  }
  void link(ChannelId id) {
    const linked::SessionId name{id.text()};
    run(io, sessions.start(channels.find(id)->tenant, id)).value();
    run(io, listener.set_keys(name, "f1", {{"creds", "me", Secret("keys")}})).value();
    run(io, listener.paired(name, {*Jid::parse("4915112345678@s.whatsapp.net"), Jid::parse("88@lid"), "Shop", "android"})).value();
    linked::StateChange working;
    working.state = linked::State::working;
    run(io, listener.state_changed(name, working));
    transport.calls.clear();
    session_store.told.clear();
  }

  MemoryHistory history{messages};
  MemoryChats chats;
  MemoryPeople people;
  MemoryPassingFiles passing_store;
  PassingFiles passing{passing_store, media, rows};
  MemorySessionStore session_store;
  MemoryInboundStore inbound;
  Inbox inbox{inbound, channels, conversations, clock};
  SessionTable table;
  SessionStates states{{session_store, channels, table, clock}};
  SessionKeys session_keys{{session_store, table, states, clock, "gw-1"}};
  SessionPeople acquaintances{{people, chats, clock}};
  SessionInbound traffic{{session_keys, inbox, messages, chats, acquaintances, secrets, clock}};
  SessionListener listener{{table, states, session_keys, traffic, acquaintances}};
  ScriptedLinkedTransport transport;
  Sessions sessions{{session_store, channels, transport, table, states, clock, {}}};
  MemorySubscriptions subscriptions;
  MemoryJournal journal;
  JournalFeed feed{clock};
  OpenStreams streams;
  ScriptedEndpoint endpoint;
  api::sessions::SessionsWebhookFormat format;
  Webhooks webhooks{{subscriptions,
                     journal,
                     feed,
                     access_store,
                     channels,
                     endpoint,
                     {&format, &format, &format, &format, &format, &format, &format},
                     clock,
                     {}}};
  ChannelId session, foreign_session;
  std::string key;
};

}  // namespace wherry::test
