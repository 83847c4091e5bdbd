#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "net/router.h"
#include "services/access/access.h"
#include "services/idempotency/idempotency.h"
#include "services/live/live.h"
#include "services/outbox/outbox.h"
#include "services/templates/templates.h"
#include "tests/support/fake_template_api.h"
#include "tests/support/media_fakes.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/memory_template_store.h"
#include "tests/support/pieced_body.h"
#include "tests/support/run.h"
#include "tests/support/scripted_upstream.h"

namespace wherry::test {

/// What came back from a door.
struct Reply {
  int status = 0;
  http::Headers headers;
  std::string body;
  bool close = false;

  std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
};

/// A front door's surroundings: the real services on faked ports, two tenants, a number of the first; time stands still unless somebody
/// sleeps. The door itself is added by who needs one.
class DoorWorld {
 public:
  static constexpr std::string_view png = "\x89PNG\r\n\x1a\n0123456789";

  DoorWorld() {
    tenant = run(io, access.create_tenant("us")).value().id;
    other_tenant = run(io, access.create_tenant("them")).value().id;
    add_channel(tenant, "1001");
  }

  ChannelPtr add_channel(TenantId owner, std::string phone_number_id) {
    Channel channel;
    channel.id = ChannelId::make(clock.now());
    channel.tenant = owner;
    channel.phone_number_id = std::move(phone_number_id);
    channel.waba_id = "2001";
    access_store.channels.push_back(channel);
    run(io, channels.load()).value();
    return channels.find(channel.id);
  }

  std::string make_key(NewKey wanted) { return run(io, access.create_key(std::move(wanted))).value().key.reveal(); }

  ConversationId add_conversation(TenantId owner, std::optional<Timestamp> last_inbound) {
    Conversation added;
    added.id = ConversationId::make(clock.now());
    added.tenant = owner;
    added.channel = access_store.channels.front().id;
    added.identity.wa_id = WaId{"447700900123"};
    added.last_inbound_at = last_inbound;
    messages.conversations[added.id] = added;
    return added.id;
  }

  Media add_media(TenantId owner, std::string mime, std::string bytes, std::string name = {}) {
    auto upload = media.begin(std::move(mime), std::move(name)).value();
    upload.writer->write(bytes).value();
    return run(io, media.finish(owner, std::move(upload))).value();
  }

  Reply call(http::Method method, std::string target, http::Headers headers, http::BodyReader& body) {
    http::Request request;
    request.method = method;
    request.target = target;
    const auto question = target.find('?');
    request.path = http::percent_decode(target.substr(0, question)).value();
    if (question != std::string::npos) request.query = target.substr(question + 1);
    request.headers = std::move(headers);
    request.body = &body;
    request.id = "test";
    auto response = settle(router.handle(request));
    Reply reply{response.status, response.headers, {}, response.close};
    if (auto* text = std::get_if<std::string>(&response.body)) reply.body = std::move(*text);
    if (auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response.body)) reply.body = drain(**source);
    return reply;
  }

  Reply call(http::Method method, std::string target, http::Headers headers, std::string text = {}, std::size_t piece = 4096) {
    PiecedBody body(std::move(text), piece);
    return call(method, std::move(target), std::move(headers), body);
  }

  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'795'000'000'250)};
  MemoryAccessStore access_store;
  MemoryMessageStore messages;
  ScriptedUpstream upstream;
  MemoryMediaRows rows;
  TempBlobStore blobs{clock};
  ScriptedFetcher fetcher;
  SecretBox secrets = SecretBox::create(std::string(SecretBox::key_size, 'k')).value();
  Access access{access_store, clock};
  MediaService media{rows, blobs, fetcher, secrets, clock};
  Channels channels{access_store, access_store, clock, "https://graph.facebook.com", "v23.0"};
  Conversations conversations{messages};
  Outbox outbox{messages, channels, conversations, media, upstream, clock, {}};
  MemoryIdempotencyStore keys{messages};
  Idempotency idempotency{keys, messages, clock};
  LiveSockets live;
  MemoryTemplateStore template_store;
  FakeTemplateApi whatsapp_templates;
  Templates templates{{template_store, whatsapp_templates, channels, clock, milliseconds(0)}};
  http::Router router;
  TenantId tenant;
  TenantId other_tenant;

 private:
  // Virtual time runs on only while somebody sleeps; disk threads are waited for in real time.
  http::Response settle(Task<http::Response> task) {
    std::optional<http::Response> answer;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, http::Response response) {
      failure = error;
      answer = std::move(response);
    });
    for (int i = 0; i < 100'000 && !answer; ++i) {
      io.restart();
      io.poll();
      if (answer) break;
      if (clock.sleepers() > 0) {
        clock.advance(milliseconds(10));
      } else {
        io.run_one_for(milliseconds(20));
      }
    }
    if (failure) std::rethrow_exception(failure);
    return std::move(answer.value());
  }

  std::string drain(http::BodySource& source) {
    std::string text;
    std::array<char, 1000> buffer;
    for (;;) {
      const auto got = run(io, source.read(buffer)).value();
      if (got == 0) return text;
      text.append(buffer.data(), got);
    }
  }
};

}  // namespace wherry::test
