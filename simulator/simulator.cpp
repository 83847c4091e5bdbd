#include "simulator/simulator.h"

#include <boost/asio/ip/address.hpp>

#include "base/task_group.h"
#include "net/client.h"
#include "net/server.h"
#include "simulator/control/control.h"
#include "simulator/engine.h"
#include "simulator/graph/media_url.h"
#include "simulator/graph/surface.h"
#include "simulator/sink.h"
#include "simulator/world.h"

namespace wherry::sim {

namespace {

constexpr std::uint64_t graph_body_limit = 110ull << 20;
constexpr std::uint64_t control_body_limit = 150ull << 20;

Result<void> check(const Options& options) {
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(options.address, failure);
  if (failure) return Error{ErrorCode::invalid_argument, "not an IP address: " + options.address};
  if (!address.is_loopback() && !options.allow_public) {
    return Error{ErrorCode::invalid_argument, "the simulator serves loopback addresses only unless it is told to be public"};
  }
  if (!(options.time_scale >= 0.001 && options.time_scale <= 1'000'000)) {
    return Error{ErrorCode::invalid_argument, "the time scale must be from 0.001 to 1,000,000"};
  }
  return Result<void>();
}

WorldOptions world_options(const Options& options) {
  WorldOptions out;
  out.seed = options.seed;
  out.first.portfolio_id = options.portfolio_id;
  out.first.waba_id = options.waba_id;
  out.first.number_id = options.phone_number_id;
  out.first.app_id = options.app_id;
  out.first.display_number = options.display_number;
  out.first.token = options.access_token;
  out.first.app_secret = options.app_secret;
  out.first.callback = options.callback_url;
  out.first.verify_token = options.verify_token;
  out.accept_any_token = options.accept_any_token;
  out.media_dir = options.data_dir;
  out.message_limit = options.message_limit;
  return out;
}

std::unique_ptr<SimClock> make_clock(const Options& options) {
  auto clock = options.frozen ? std::make_unique<SimClock>(options.start_time) : std::make_unique<SimClock>();
  clock->scale(options.time_scale);
  return clock;
}

std::unique_ptr<http::Client> make_webhook_client(const Clock& clock) {
  http::ClientOptions options;
  options.max_idle_per_origin = 256;
  return http::make_client(options, clock);
}

}  // namespace

struct Simulator::Parts {
  explicit Parts(Options wanted)
      : options(std::move(wanted)),
        clock(make_clock(options)),
        client(make_webhook_client(real_clock)),
        world(world_options(options), *clock),
        engine(world, *clock, *client, tasks),
        surface(world, &engine.exceptions, &engine),
        control(engine, options.sink ? &sink : nullptr) {
    auto& switches = world.switches;
    for (auto* one :
         {&switches.throughput, &switches.pair, &switches.portfolio, &switches.management, &switches.registration, &switches.templates}) {
      one->store(options.throttles);
    }
    control.add_to(control_router);
  }

  Options options;
  SystemClock real_clock;  // connections and their time-outs live in real time
  std::unique_ptr<SimClock> clock;
  std::unique_ptr<http::Client> client;
  TaskGroup tasks;
  World world;
  Engine engine;
  Sink sink;
  GraphSurface surface;
  Control control;
  http::Router control_router;
  std::unique_ptr<http::Server> graph_server, control_server;
};

Simulator::Simulator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Simulator::~Simulator() = default;

Result<std::unique_ptr<Simulator>> Simulator::create(Options options) {
  if (options.address == "localhost") options.address = "127.0.0.1";
  TRY_VOID(check(options));
  auto parts = std::make_unique<Parts>(std::move(options));
  auto* p = parts.get();

  http::ServerOptions graph;
  graph.address = p->options.address;
  graph.port = p->options.port;
  graph.body_limit = graph_body_limit;
  http::Handler graph_handler = [p](http::Request& request) { return p->surface.handle(request); };
  if (p->options.sink) graph_handler = [p](http::Request& request) { return p->sink.handle(request); };
  TRY(p->graph_server, http::Server::create(graph, std::move(graph_handler)));

  http::ServerOptions control;
  control.address = p->options.address;
  control.port = p->options.control_port;
  control.body_limit = control_body_limit;
  TRY(p->control_server, http::Server::create(control, [p](http::Request& request) { return p->control_router.handle(request); }));

  const bool v6 = p->options.address.find(':') != std::string::npos;
  const auto host = (v6 ? "[" + p->options.address + "]" : p->options.address) + ":" + std::to_string(p->graph_server->port());
  p->engine.inbound.set_media_url([p, host](const MediaItem& item) { return media_url(p->world, item, "webhook", host); });
  return std::unique_ptr<Simulator>(new Simulator(std::move(parts)));
}

void Simulator::start(std::vector<Executor> executors) {
  parts_->engine.start(executors);
  for (const auto& executor : executors) {
    parts_->graph_server->listen_on(executor);
    parts_->control_server->listen_on(executor);
  }
}

Task<void> Simulator::stop(milliseconds grace) {
  co_await parts_->graph_server->stop(grace);
  co_await parts_->control_server->stop(grace);
  co_await parts_->tasks.stop();
}

std::uint16_t Simulator::graph_port() const { return parts_->graph_server->port(); }
std::uint16_t Simulator::control_port() const { return parts_->control_server->port(); }
World& Simulator::world() { return parts_->world; }
SimClock& Simulator::clock() { return *parts_->clock; }
Engine& Simulator::engine() { return parts_->engine; }

}  // namespace wherry::sim
