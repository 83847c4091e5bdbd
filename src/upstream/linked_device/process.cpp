#include "upstream/linked_device/process.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <cstdlib>

#include "base/log.h"
#include "base/random.h"
#include "upstream/linked_device/decode_events.h"
#include "upstream/linked_device/hello.h"

namespace wherry::linked {

namespace asio = boost::asio;

namespace {

constexpr std::size_t token_length = 43;
constexpr milliseconds poll_interval{50};
constexpr milliseconds last_words{500};  // for a process that ended by itself to say how

// Nothing of our own environment but where programs are and how text is written: it holds our keys.
std::vector<std::string> environment_of(const ProcessDirectory& directory, const std::string& token) {
  std::vector<std::string> all{"WHERRY_LINKED_TOKEN=" + token, "HOME=" + directory.path(), "TMPDIR=" + directory.temporary()};
  for (const char* name : {"PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"})
    if (const char* value = std::getenv(name)) all.push_back(std::string(name) + "=" + value);  // NOLINT(concurrency-mt-unsafe)
  return all;
}

}  // namespace

Process::Process(ProcessWorld world, ProcessDirectory directory, ProcessWatcher& watcher)
    : world_(world),
      directory_(std::move(directory)),
      watcher_(watcher),
      token_(random_text(token_length, alphanumeric)),
      acceptor_(world.options.executor) {}

Process::~Process() = default;

Task<Result<std::shared_ptr<Process>>> Process::start(ProcessWorld world, TransportProgram program, ProcessWatcher& watcher) {
  CO_TRY(auto directory, ProcessDirectory::create(world.options.directory));
  std::shared_ptr<Process> process(new Process(world, std::move(directory), watcher));
  CO_TRY_VOID(process->launch(program));
  co_await process->started_.wait();
  if (process->greeted_) co_return process;
  co_await process->ended_.wait();
  co_await process->clean_up();
  co_return Error{ErrorCode::unavailable, process->why_ended()};
}

Result<void> Process::launch(const TransportProgram& program) {
  boost::system::error_code failure;
  const auto path = directory_.socket();
  acceptor_.open(asio::local::stream_protocol(), failure);
  if (!failure) acceptor_.bind(asio::local::stream_protocol::endpoint(path), failure);
  if (!failure) acceptor_.listen(1, failure);
  if (failure) return Error{ErrorCode::unavailable, "no socket for linked devices can be made", failure.message()};
  Child::Command command{program.program, program.arguments, environment_of(directory_, token_), directory_.path(), Child::Read::errors};
  command.arguments.insert(command.arguments.end(), {"--socket", path});
  TRY(child_, Child::spawn(world_.options.executor, command));
  const auto executor = world_.options.executor;
  tasks_.spawn(executor, serve(), "linked_serve");
  tasks_.spawn(executor, watch_child(), "linked_child");
  tasks_.spawn(executor, log_errors(), "linked_errors");
  tasks_.spawn(executor, expire_hello(), "linked_hello");
  return {};
}

Task<void> Process::serve() {
  auto accepted = co_await acceptor_.async_accept(asio::as_tuple(use_task));
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  ::unlink(directory_.socket().c_str());
  if (!std::get<0>(accepted)) {
    const auto& options = world_.options;
    const LinkLimits limits{.ping_interval = options.ping_interval, .ping_timeout = options.ping_timeout};
    link_ = std::make_unique<Link>(std::move(std::get<1>(accepted)), world_.clock, limits);
    co_await link_->run(*this);
  }
  ended_.open();
  started_.open();
}

Task<void> Process::watch_child() {
  co_await child_->wait_exit();
  child_ended_.open();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

Task<void> Process::expire_hello() {
  for (milliseconds waited{0}; waited < world_.options.hello_timeout && !started_.is_open() && !world_.giving_up; waited += poll_interval)
    co_await world_.clock.sleep_for(poll_interval);
  if (started_.is_open()) co_return;
  trouble_ = "it did not say hello in time";
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  if (link_) link_->close(trouble_);
}

Task<void> Process::log_errors() {
  ErrorOutput lines;
  std::string buffer(4096, '\0');
  for (;;) {
    auto got = co_await child_->output().async_read_some(asio::buffer(buffer), asio::as_tuple(use_task));
    const bool ended = bool(std::get<0>(got));
    const auto said = lines.feed(std::string_view(buffer).substr(0, std::get<1>(got)), world_.clock.now());
    for (const auto& line : said) log::warn("linked_transport_says", {{"pid", child_->pid()}, {"line", line}});
    // What was too much is counted in one line, when there is room again.
    const auto dropped = ended || !said.empty() ? lines.take_dropped() : 0;
    if (dropped > 0) log::warn("linked_transport_says_more", {{"pid", child_->pid()}, {"lines", dropped}});
    if (ended) co_return;
  }
}

Task<void> Process::take(Frame frame) {
  const bool is_request = frame.line.contains("op");
  const auto op = std::string(json::find_string(frame.line, "op").value_or(""));
  if (!greeted_) {
    if (op == "hello") co_return take_hello(frame.line);
    link_->finish("it spoke before its hello");
    co_return;
  }
  if (op == "ping") co_return link_->answer(frame.line.at("id").as_int64(), {}, {});
  if (!is_request && !frame.line.contains("session")) co_return take_own_event(frame.line);
  co_await lanes_->take(std::move(frame));
}

void Process::take_hello(const json::object& line) {
  const auto id = line.at("id").as_int64();
  auto hello = read_hello(line, token_);
  if (const auto* fault = std::get_if<Fault>(&hello)) {
    trouble_ = fault->message;
    link_->refuse(id, *fault);
    link_->finish(trouble_);
    return;
  }
  auto& greeting = std::get<Hello>(hello);
  key_format_ = std::move(greeting.key_format);
  version_ = std::move(greeting.version);
  lanes_ = std::make_unique<Lanes>(world_.options.executor, world_.listener, *link_, watcher_, key_format_);
  link_->answer(id, hello_answer(directory_.shared()), {});
  greeted_ = true;
  started_.open();
}

void Process::take_own_event(const json::object& event) {
  const auto name = json::find_string(event, "event").value_or("");
  if (name == "health") {
    if (auto health = decode_health(event)) watcher_.on_health(std::move(*health));
  } else if (name == "fault") {
    log::warn("linked_transport_fault",
              {{"pid", child_->pid()}, {"where", scrubbed(json::find_string(event, "where").value_or("").substr(0, 100))}});
  } else if (name == "bad_frame") {
    log::error("linked_bad_frame",
               {{"pid", child_->pid()}, {"what", scrubbed(json::find_string(event, "message").value_or("").substr(0, 100))}});
  }
}

Task<void> Process::shut_down(std::shared_ptr<Process> process, milliseconds grace) {
  process->asked_to_end_ = true;
  auto fields = json::object();
  auto reply = co_await process->link_->ask("shutdown", std::move(fields), grace);
  const bool agrees = std::holds_alternative<Answer>(reply);
  for (milliseconds waited{0}; agrees && waited < grace && process->link_->is_open(); waited += poll_interval)
    co_await process->world_.clock.sleep_for(poll_interval);
  process->link_->close("it was asked to end");
}

Task<void> Process::clean_up() {
  child_->close_stdin();
  const auto patience = asked_to_end_ ? world_.options.stop_grace : last_words;
  for (milliseconds waited{0}; waited < patience && !child_ended_.is_open(); waited += poll_interval)
    co_await world_.clock.sleep_for(poll_interval);
  child_->kill();
  co_await child_ended_.wait();
  boost::system::error_code ignored;
  child_->output().close(ignored);
  if (lanes_) co_await lanes_->drain();
  co_await tasks_.drain();
  gone_.open();
}

std::string Process::why_ended() const {
  const auto status = child_->exit_status();
  if (status == 3) return "the packages of linked devices are not the ones they were reviewed with; run ./dev setup linked";
  std::string why = "the transport of linked devices ended";
  if (!trouble_.empty()) why += ": " + trouble_;
  else if (link_ && !link_->why_closed().empty()) why += ": " + link_->why_closed();
  if (child_->has_ended()) why += " (" + child_->how_it_ended() + ")";
  return why;
}

}  // namespace wherry::linked
