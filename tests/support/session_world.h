#pragma once

#include <gtest/gtest.h>

#include "base/json.h"
#include "services/sessions/session_listener.h"
#include "services/sessions/sessions.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/memory_chats.h"
#include "tests/support/memory_inbound_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/memory_people.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/run.h"
#include "tests/support/scripted_linked_transport.h"
#include "tests/support/test_channel.h"

namespace wherry::test {

/// Sessions of two tenants over stores in memory, a scripted transport, and a clock that stands still.
class SessionWorld : public testing::Test {
 protected:
  SessionWorld() {
    for (const auto id : {tenant, stranger}) access.tenants.push_back({id, id.text(), clock.now()});
  }

  template <class T>
  T run(Task<T> task) {
    return test::run(io, std::move(task));
  }
  void run(Task<void> task) { test::run(io, std::move(task)); }

  ChannelId create() {
    auto made = run(sessions.create({tenant, "Support", {}, {}, {}}));
    EXPECT_TRUE(made);
    return made->channel->id;
  }
  static linked::SessionId name(ChannelId id) { return {id.text()}; }
  static linked::StateChange state(linked::State to, linked::Reason reason = linked::Reason::none) {
    linked::StateChange change;
    change.state = to;
    change.reason = reason;
    return change;
  }
  void hear(ChannelId id, linked::State to, linked::Reason reason = linked::Reason::none) {
    run(listener.state_changed(name(id), state(to, reason)));
  }
  /// A session that runs, is linked and may send.
  ChannelId working() {
    const auto id = create();
    EXPECT_TRUE(run(sessions.start(tenant, id)));
    EXPECT_TRUE(run(listener.set_keys(name(id), "f1", {{"creds", "me", Secret("keys")}})));
    EXPECT_TRUE(run(listener.paired(name(id), {*Jid::parse("4915112345678@s.whatsapp.net"), Jid::parse("88@lid"), "Shop", "android"})));
    hear(id, linked::State::working);
    transport.calls.clear();
    store.told.clear();
    return id;
  }
  SessionState state_of(ChannelId id) { return table.find(id)->state; }
  std::string_view status(ChannelId id) { return to_string(sessions.find(tenant, id)->status()); }
  json::object last_told(std::string_view kind) {
    for (auto at = store.told.rbegin(); at != store.told.rend(); ++at) {
      if (at->kind == kind) return json::parse(at->body)->get_object();
    }
    ADD_FAILURE() << "nothing told: " << kind;
    return {};
  }

  boost::asio::io_context io{1};
  VirtualClock clock{test_now};
  TenantId tenant = TenantId::make(test_now), stranger = TenantId::make(test_now);
  MemoryAccessStore access;
  MemoryMessageStore messages;
  MemoryInboundStore inbound;
  MemorySessionStore store;
  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  Channels channels{access, access, clock, "https://graph.facebook.com", "v23.0"};
  Conversations conversations{messages};
  Inbox inbox{inbound, channels, conversations, clock};
  SessionTable table;
  SessionStates states{{store, channels, table, clock}};
  SessionKeys keys{{store, table, states, clock, "gw-1"}};
  MemoryChats chats;
  MemoryPeople people;
  SessionPeople acquaintances{{people, chats, clock}};
  SessionInbound traffic{{keys, inbox, messages, chats, acquaintances, secrets, clock}};
  SessionListener listener{{table, states, keys, traffic, acquaintances}};
  ScriptedLinkedTransport transport;
  Sessions sessions{{store, channels, transport, table, states, clock, {}}};
};

}  // namespace wherry::test
