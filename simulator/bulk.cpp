#include "simulator/bulk.h"

#include <cmath>

#include "base/json.h"

namespace wherry::sim {

namespace {

constexpr milliseconds tick{10};
constexpr std::uint64_t count_limit = 10'000'000;
constexpr std::uint64_t slice_limit = 10'000;  // written in one tick: other work gets its turn

Error wrong(std::string text) { return Error{ErrorCode::invalid_argument, std::move(text)}; }

Result<double> read_number(const json::object& request, std::string_view name, double least, double most, double otherwise) {
  const auto* value = json::find(request, name);
  if (value == nullptr) return otherwise;
  const double number = value->is_number() ? value->to_number<double>() : std::nan("");
  if (!(number >= least && number <= most)) return wrong(std::string(name) + " is out of range");
  return number;
}

bool is_known(std::string_view kind) { return kind == "text" || kind == "location" || kind == "contacts" || kind == "interactive"; }

json::value content(std::string_view kind, std::uint64_t n) {
  if (kind == "location") return json::object{{"latitude", 48.137154}, {"longitude", 11.576124}, {"name", "Depot"}};
  if (kind == "contacts") return json::array{json::object{{"name", {{"formatted_name", "Ada L."}, {"first_name", "Ada"}}}}};
  if (kind == "interactive") {
    return json::object{{"type", "button_reply"}, {"button_reply", {{"id", "b-" + std::to_string(n)}, {"title", "Yes"}}}};
  }
  return json::object{{"body", "Message " + std::to_string(n)}};
}

}  // namespace

/// One order being worked off, a slice per tick.
class BulkInbound::Run final : public Event, public std::enable_shared_from_this<Run> {
 public:
  Run(BulkInbound& bulk, Order order, Timestamp start)
      : bulk_(bulk), order_(std::move(order)), start_(start), random_(bulk.world_.options().seed ^ order_.count) {
    bulk_.running_.fetch_add(1);
  }
  ~Run() override { bulk_.running_.fetch_sub(1); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void fire(Timestamp due) override {
    const double seconds_gone = std::chrono::duration<double>(due - start_ + tick).count();
    auto wanted = order_.rate <= 0 ? order_.count : static_cast<std::uint64_t>(seconds_gone * order_.rate);
    wanted = std::min({wanted, order_.count, done_ + slice_limit});
    while (done_ < wanted) bulk_.write_one(order_, done_++, random_, due);
    if (done_ < order_.count) bulk_.scheduler_.at(due + tick, 1, shared_from_this());
  }

 private:
  BulkInbound& bulk_;
  Order order_;
  Timestamp start_;
  SeededRandom random_;
  std::uint64_t done_ = 0;
};

Result<BulkInbound::Order> BulkInbound::read(const json::object& request) const {
  Order order;
  TRY(const auto number, inbound_.number_of(request));
  order.number_id = number->id;
  if (json::find(request, "count") == nullptr) return wrong("count is required");
  TRY(const auto count, read_number(request, "count", 1, static_cast<double>(count_limit), 0));
  TRY(order.rate, read_number(request, "rate", 0, 1'000'000, 100));
  TRY(const auto users, read_number(request, "users", 1, 10'000'000, 100));
  order.count = static_cast<std::uint64_t>(count);
  order.users = static_cast<std::uint64_t>(users);
  if (const auto* mix = json::find(request, "mix")) {
    if (!mix->is_object()) return wrong("mix must be an object of weights");
    for (const auto& member : mix->get_object()) {
      const std::string kind(member.key().data(), member.key().size());
      if (!is_known(kind)) return wrong("mix knows text, location, contacts and interactive");
      if (!member.value().is_number() || member.value().to_number<double>() < 0) return wrong("mix must be an object of weights");
      order.mix.emplace_back(kind, member.value().to_number<double>());
    }
  }
  if (order.mix.empty()) order.mix.emplace_back("text", 1.0);
  return order;
}

void BulkInbound::start(Order order) {
  const auto now = world_.now();
  scheduler_.at(now, 1, std::make_shared<Run>(*this, std::move(order), now));
}

void BulkInbound::write_one(const Order& order, std::uint64_t n, SeededRandom& random, Timestamp at) {
  double total = 0;
  for (const auto& [kind, weight] : order.mix) total += weight;
  double pick = random.unit() * total;
  std::string_view chosen = order.mix.back().first;
  for (const auto& [kind, weight] : order.mix) {
    if (pick < weight) {
      chosen = kind;
      break;
    }
    pick -= weight;
  }
  InboundMessage message;
  message.number_id = order.number_id;
  message.from = std::to_string(order.first_user + n % order.users);
  message.type = std::string(chosen);
  message.at = at;
  message.members["type"] = message.type;
  message.members[message.type] = content(chosen, n);
  inbound_.deliver(std::move(message));
  sent_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace wherry::sim
