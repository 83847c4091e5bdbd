#include <cstdio>
#include <filesystem>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/demo_data.h"
#include "app/gateway.h"
#include "app/linked_options.h"
#include "app/signals.h"
#include "base/log.h"
#include "simulator/simulator.h"
#include "upstream/linked_device/installation.h"

namespace wherry::app {

namespace {

constexpr std::string_view customer = "99900000010";  // a simulated customer who reads everything; +999 belongs to nobody

Result<std::unique_ptr<sim::Simulator>> make_simulator(const DemoOptions& options, const Channel& channel, const Gateway& gateway) {
  sim::Options wanted;
  wanted.port = options.simulator_port;
  wanted.control_port = options.simulator_control_port;
  wanted.data_dir = options.config.data_dir + "/simulator";
  wanted.phone_number_id = channel.phone_number_id;
  wanted.waba_id = channel.waba_id;
  wanted.display_number = channel.display_number;
  wanted.access_token = channel.access_token.reveal();
  wanted.app_secret = channel.app_secret.reveal();
  wanted.verify_token = channel.verify_token.reveal();
  wanted.callback_url = gateway.base_url() + "/webhooks/meta";
  return sim::Simulator::create(wanted);
}

// The customer writes, as over WhatsApp: through the simulator's signed webhook.
Task<Result<void>> write_as_customer(Core& core, std::string control_url, std::string phone_number_id) {
  json::object message;
  message["phone_number_id"] = phone_number_id;
  message["from"] = customer;
  message["name"] = "Demo customer";
  message["type"] = "text";
  message["text"] = json::object{{"body", "Hello! Is my order ready?"}};
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = std::move(control_url) + "/sim/inbound";
  request.headers.add("Content-Type", "application/json");
  request.body = json::serialize(message);
  CO_TRY(auto response, co_await core.client->send(std::move(request)));
  if (response.status != 200) co_return Error{ErrorCode::internal, "the simulator refused the demo message", response.body};
  co_return Result<void>();
}

Task<Result<Conversation>> await_conversation(Core& core, TenantId tenant) {
  const milliseconds step(10);
  for (int tries = 0; tries < 500; ++tries) {
    MessageStore::ConversationFilter filter;
    filter.tenant = tenant;
    filter.contact_key = std::string(customer);
    CO_TRY(auto found, co_await core.message_store.list_conversations(std::move(filter)));
    if (!found.empty()) co_return std::move(found.front());
    co_await core.clock.sleep_for(step);
  }
  co_return Error{ErrorCode::timeout, "the demo message did not come in"};
}

std::string this_program() {
  std::error_code failure;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failure);
  return failure ? std::string("wherry") : path.string();
}

void print_text(const json::object& ready) {
  auto value = [&](const char* name) { return std::string(ready.at(name).get_string()); };
  std::printf("Wherry %s is ready: gateway and simulated WhatsApp, on this machine only.\n\n", WHERRY_VERSION);
  std::printf("  gateway        %s\n", value("base_url").c_str());
  std::printf("  simulator      %s (Graph API), %s (control)\n", value("simulator_url").c_str(), value("simulator_control_url").c_str());
  std::printf("  API key        %s\n", value("api_key").c_str());
  std::printf("  Magpipe key    %s\n", value("magpipe_key").c_str());
  std::printf("  Sessions key   %s\n", value("sessions_key").c_str());
  std::printf("  admin key      %s\n", value("admin_key").c_str());
  std::printf("  conversation   %s with +%s\n\n", value("conversation_id").c_str(), value("customer").c_str());
  std::printf(
      "Send a message:\n\n  curl -sS %s/v1/messages/send -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' "
      "-d '{\"conversationId\":\"%s\",\"text\":\"Your order is ready.\"}'\n\n",
      value("base_url").c_str(), value("api_key").c_str(), value("conversation_id").c_str());
  std::printf("See it at the other end:\n\n  curl -sS '%s/sim/messages?limit=1'\n\n", value("simulator_control_url").c_str());
  if (value("linked_devices") == "ready") {
    std::printf("Link a phone (docs/guides/linked-devices.md says what that risks):\n\n  %s session link --url %s --key %s\n\n",
                this_program().c_str(), value("base_url").c_str(), value("sessions_key").c_str());
  } else {
    std::printf("Linked phones are not set up: %s\n\n", value("linked_devices").c_str());
  }
  std::printf("Ctrl-C stops it; the data stays.\n");
}

// "ready", or what is missing.
Task<std::string> linked_devices(const Config& config) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto options = linked_options(config, executor);
  if (!options) co_return options.error().message;
  const auto found = co_await linked::find_transport(*options);
  co_return found ? std::string("ready") : found.error().message;
}

struct Running {
  std::unique_ptr<sim::Simulator> simulator;
  json::object ready;
};

Task<Result<Running>> start(const DemoOptions& options, Core& core, Gateway& gateway, IoThreads& threads) {
  CO_TRY_VOID(co_await core.load());
  CO_TRY_VOID(gateway.bind());
  CO_TRY(auto data, co_await prepare_demo_data(core, options.config.data_dir));
  Running running;
  CO_TRY(running.simulator, make_simulator(options, *data.channel, gateway));
  const auto simulator_url = "http://127.0.0.1:" + std::to_string(running.simulator->graph_port());
  const auto control_url = "http://127.0.0.1:" + std::to_string(running.simulator->control_port());
  ChannelChange change;
  change.graph_url = simulator_url;
  CO_TRY_VOID(co_await core.channels.change(data.channel->id, std::move(change)));
  auto executors = threads.executors();
  running.simulator->start(executors);
  CO_TRY_VOID(co_await gateway.start(std::move(executors)));
  CO_TRY_VOID(co_await write_as_customer(core, control_url, data.channel->phone_number_id));
  CO_TRY(auto conversation, co_await await_conversation(core, data.tenant.id));

  auto linked = co_await linked_devices(options.config);
  auto& ready = running.ready;
  const auto base_url = gateway.base_url();
  ready["base_url"] = base_url;
  ready["ws_url"] = "ws" + base_url.substr(4) + "/ws";
  ready["simulator_url"] = simulator_url;
  ready["simulator_control_url"] = control_url;
  ready["api_key"] = data.api_key;
  ready["magpipe_key"] = data.magpipe_key;
  ready["sessions_key"] = data.sessions_key;
  ready["linked_devices"] = std::move(linked);
  ready["admin_key"] = core.keys.admin_key.reveal();
  ready["tenant_id"] = data.tenant.id.text();
  ready["channel_id"] = data.channel->id.text();
  ready["phone_number_id"] = data.channel->phone_number_id;
  ready["conversation_id"] = conversation.id.text();
  ready["customer"] = customer;
  co_return running;
}

Task<int> run(const DemoOptions& options, Core& core, IoThreads& threads) {
  Gateway gateway(options.config, core);
  auto running = co_await start(options, core, gateway, threads);
  if (!running) {
    std::fprintf(stderr, "wherry: %s %s\n", running.error().message.c_str(), running.error().detail.c_str());
    co_return exit_failed;
  }
  if (options.output == Output::json) {
    std::puts(json::serialize(running->ready).c_str());
  } else {
    print_text(running->ready);
  }
  std::fflush(stdout);
  co_await wait_for_signal();
  co_await gateway.stop();
  const seconds grace(1);
  co_await running->simulator->stop(grace);
  co_return exit_ok;
}

}  // namespace

int demo(const DemoOptions& options) {
  SystemClock clock;
  IoThreads threads(options.config.io_threads);  // outlives the core, whose sockets belong to it
  auto core = Core::open(options.config, clock, threads.executors().back());
  if (!core) {
    std::fprintf(stderr, "wherry: %s\n", core.error().message.c_str());
    return exit_failed;
  }
  return run_on(threads, run(options, **core, threads));
}

}  // namespace wherry::app
