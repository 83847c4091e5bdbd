#pragma once

#include "api/pipes/routes.h"
#include "tests/support/door_world.h"
#include "tests/support/scripted_accounts.h"

namespace wherry::test {

/// The Pipes door, with a tenant's key and an app's key of the first tenant, and an app's key of the other.
class PipesWorld : public DoorWorld {
 public:
  PipesWorld() {
    key = key_of(tenant, "pipes");
    app_key = key_of(tenant, "pipes_app");
    foreign_app_key = key_of(other_tenant, "pipes_app");
    outbox.judge_templates([this](ChannelPtr of, TemplateContent message) { return templates.check(std::move(of), std::move(message)); });
    add_door({"4711", Secret("hush")});
  }

  /// Adds the door, or puts one with another Meta app in its place.
  void add_door(MetaApp app) {
    router = http::Router();
    api::pipes::add_pipes_routes(router, {access, outbox, media, idempotency, messages, live, channels, templates, accounts, secrets, clock,
                                          "https://wherry.example.org", false, std::move(app), "config-1"});
  }

  std::string key_of(TenantId owner, std::string style, Scopes scopes = {}) {
    NewKey wanted;
    wanted.tenant = owner;
    wanted.style = std::move(style);
    wanted.scopes = scopes;
    return make_key(std::move(wanted));
  }

  http::Headers with_key(std::string_view content_type = {}) const {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + key);
    if (!content_type.empty()) headers.add("Content-Type", content_type);
    return headers;
  }

  Reply post_json(std::string target, std::string text, std::size_t piece = 4096) {
    return call(http::Method::post, std::move(target), with_key("application/json"), std::move(text), piece);
  }

  ScriptedAccounts accounts;
  std::string key;
  std::string app_key;
  std::string foreign_app_key;
};

}  // namespace wherry::test
