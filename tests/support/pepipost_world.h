#pragma once

#include "api/pepipost/routes.h"
#include "tests/support/door_world.h"
#include "tests/support/fake_template_api.h"
#include "tests/support/memory_consent_stores.h"
#include "tests/support/memory_template_store.h"

namespace wherry::test {

/// The Pepipost door, with a key and a source of the first tenant.
class PepipostWorld : public DoorWorld {
 public:
  PepipostWorld() {
    key = key_with({});
    foreign_channel = add_channel(other_tenant, "1002");
    source = add_source(tenant);
    foreign_source = add_source(other_tenant);
    add_routes(false);
  }
  void refuse_late() {
    router = {};
    add_routes(true);
  }

  std::string key_with(Scopes scopes, std::optional<RateLimits> limits = std::nullopt) {
    NewKey wanted;
    wanted.tenant = tenant;
    wanted.style = "pepipost";
    wanted.scopes = scopes;
    wanted.limits = std::move(limits);
    return make_key(std::move(wanted));
  }
  std::string add_source(TenantId owner) {
    NewSource wanted;
    wanted.tenant = owner;
    wanted.name = "shop";
    return to_uuid(run(io, sources.add(std::move(wanted))).value().id);
  }
  void add_customer(const std::string& number, std::optional<Timestamp> last_inbound) {
    messages.conversations[add_conversation(tenant, last_inbound)].identity.wa_id = WaId{number};
  }
  void say(TenantId owner, const std::string& number, bool opted_in) {
    ConsentChange change;
    change.tenant = owner;
    change.opted_in = opted_in;
    change.recipients.push_back({WaId{number}, "WEB", "Mozilla/5.0", "198.51.100.7"});
    run(io, consents.change(std::move(change))).value();
  }
  /// Lets what was taken be sent.
  void send_what_waits() {
    for (int i = 0; i < 1000; ++i) {
      io.restart();
      io.poll();
      clock.advance(milliseconds(10));
    }
  }

  MemoryConsentStore consent_store;
  MemorySourceStore source_store;
  Consents consents{consent_store, clock};
  Sources sources{source_store, channels, clock};
  MemoryTemplateStore template_store;
  FakeTemplateApi whatsapp_templates;
  Templates templates{{template_store, whatsapp_templates, channels, clock, milliseconds(0)}};
  ChannelPtr foreign_channel;
  std::string key, source, foreign_source;

 private:
  void add_routes(bool late_refusals) {
    api::pepipost::add_pepipost_routes(router,
                                       {access, outbox, conversations, media, consents, sources, templates, clock, false, late_refusals});
  }
};

}  // namespace wherry::test
