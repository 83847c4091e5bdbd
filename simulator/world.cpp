#include "simulator/world.h"

#include <algorithm>

namespace wherry::sim {

bool StrictSync::has(int code) const {
  if (!any_.load(std::memory_order_relaxed)) return false;
  std::lock_guard lock(mutex_);
  return codes_.contains(code);
}

void StrictSync::set(std::set<int> codes) {
  std::lock_guard lock(mutex_);
  codes_ = std::move(codes);
  any_.store(!codes_.empty());
}

std::set<int> StrictSync::get() const {
  std::lock_guard lock(mutex_);
  return codes_;
}

void GraphCounters::refuse(int code) {
  refused.fetch_add(1, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  ++by_code_[code];
}

std::map<int, std::uint64_t> GraphCounters::by_code() const {
  std::lock_guard lock(mutex_);
  return by_code_;
}

void GraphCounters::clear() {
  requests = 0;
  accepted = 0;
  refused = 0;
  faults = 0;
  std::lock_guard lock(mutex_);
  by_code_.clear();
}

World::World(WorldOptions options, Clock& clock)
    : ids(options.seed),
      messages(options.message_limit),
      received(options.received_limit),
      requests(options.request_limit),
      media(options.media_dir, options.media_bytes_limit),
      options_(std::move(options)),
      clock_(clock) {
  create_first();
}

World::~World() = default;

void World::reset() {
  portfolios.clear();
  wabas.clear();
  numbers.clear();
  apps.clear();
  tokens.clear();
  users.clear();
  templates.clear();
  counters.clear();
  messages.clear();
  received.clear();
  requests.clear();
  media.clear();
  uploads.clear();
  throughput.clear();
  pairs.clear();
  windows.clear();
  reach.clear();
  management.clear();
  registrations.clear();
  creations.clear();
  strict_sync.set({});
  ids.reset();
  {
    std::lock_guard lock(names_mutex_);
    template_ids_.clear();
    blocked_names_.clear();
  }
  create_first();
}

void World::create_first() {
  Seed first = options_.first;
  for (std::string* id : {&first.portfolio_id, &first.waba_id, &first.number_id, &first.app_id}) {
    std::string drawn = ids.node();  // drawn in any case, so that later ids do not depend on which were given
    if (id->empty()) *id = std::move(drawn);
  }
  std::string token = "EAA" + ids.hash() + ids.hash();
  if (first.token.empty()) first.token = std::move(token);
  if (first_ != first) first_ = std::move(first);  // the same after a reset: readers are not disturbed

  portfolios.put(first_.portfolio_id, Portfolio{.id = first_.portfolio_id, .user_limit = 250, .verified = false});
  Waba waba;
  waba.id = first_.waba_id;
  waba.portfolio_id = first_.portfolio_id;
  waba.subscriptions.push_back({first_.app_id, {}, {}});
  wabas.put(waba.id, waba);

  Number number;
  number.id = first_.number_id;
  number.waba_id = first_.waba_id;
  number.display = first_.display_number;
  for (const char c : number.display) {
    if (c >= '0' && c <= '9') number.digits += c;
  }
  number.country_code = number.digits.substr(0, 1);
  number.onboarded = now();
  numbers.put(number.id, number);

  App app;
  app.id = first_.app_id;
  app.secret = first_.app_secret;
  app.callback = first_.callback;
  app.verify_token = first_.verify_token;
  app.fields = {"messages",
                "message_template_status_update",
                "message_template_quality_update",
                "message_template_components_update",
                "template_category_update",
                "phone_number_quality_update",
                "account_update",
                "security"};
  apps.put(app.id, app);

  Token value;
  value.value = first_.token;
  value.app_id = first_.app_id;
  value.user_id = ids.node();
  tokens.put(value.value, value);
}

User World::user(std::string_view wa_id) const {
  if (const auto described = users.find(wa_id)) return *described;
  User ordinary;
  ordinary.wa_id = wa_id;
  ordinary.name = "User " + std::string(wa_id.substr(wa_id.size() - std::min<std::size_t>(4, wa_id.size())));
  return ordinary;
}

std::string World::portfolio_of(const Number& number) const {
  const auto waba = wabas.find(number.waba_id);
  return waba ? waba->portfolio_id : std::string();
}

Registry<Number>::Ptr World::number_by_digits(std::string_view digits) const {
  for (auto& number : numbers.all()) {
    if (number->digits == digits) return number;
  }
  return nullptr;
}

std::vector<Registry<Number>::Ptr> World::numbers_of(std::string_view waba_id) const {
  auto found = numbers.all();
  std::erase_if(found, [&](const auto& number) { return number->waba_id != waba_id; });
  return found;
}

std::string World::template_key(std::string_view waba_id, std::string_view name, std::string_view language) {
  std::string key;
  key.reserve(waba_id.size() + name.size() + language.size() + 2);
  key.append(waba_id).append("/").append(name).append("/").append(language);
  return key;
}

Registry<Template>::Ptr World::find_template(std::string_view waba_id, std::string_view name, std::string_view language) const {
  std::string id;
  {
    const std::string key = template_key(waba_id, name, language);
    std::lock_guard lock(names_mutex_);
    const auto found = template_ids_.find(key);
    if (found == template_ids_.end()) return nullptr;
    id = found->second;
  }
  return templates.find(id);
}

bool World::has_template_name(std::string_view waba_id, std::string_view name) const {
  const std::string prefix = template_key(waba_id, name, "");
  std::lock_guard lock(names_mutex_);
  const auto found = template_ids_.lower_bound(prefix);
  return found != template_ids_.end() && found->first.starts_with(prefix);
}

std::vector<Registry<Template>::Ptr> World::templates_of(std::string_view waba_id) const {
  auto found = templates.all();
  std::erase_if(found, [&](const auto& value) { return value->waba_id != waba_id; });
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return std::tie(b->created, b->id) < std::tie(a->created, a->id); });
  return found;
}

bool World::add_template(Template value) {
  {
    std::lock_guard lock(names_mutex_);
    if (!template_ids_.emplace(template_key(value.waba_id, value.name, value.language), value.id).second) return false;
  }
  const std::string id = value.id;
  templates.put(id, std::move(value));
  return true;
}

void World::remove_template(const Template& value) {
  const Template gone = value;  // `value` may live in the registry
  templates.erase(gone.id);
  std::lock_guard lock(names_mutex_);
  template_ids_.erase(template_key(gone.waba_id, gone.name, gone.language));
}

Registry<Template>::Ptr World::finish_review(std::string_view template_id) {
  bool decided = false;
  auto outcome = templates.update(template_id, [&](Template& value) {
    if (value.status != "PENDING") return;
    decided = true;
    const auto mark = value.name.find("reject_");
    if (mark == std::string::npos) {
      value.status = "APPROVED";
      return;
    }
    value.status = "REJECTED";
    value.rejected_reason = value.name.substr(mark + 7);
    for (char& c : value.rejected_reason) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (value.rejected_reason.empty()) value.rejected_reason = "INVALID_FORMAT";
  });
  return decided ? outcome : nullptr;
}

void World::block_name(std::string_view waba_id, std::string_view name) {
  constexpr auto span = std::chrono::hours(24 * 30);
  const Timestamp at = now();
  std::lock_guard lock(names_mutex_);
  std::erase_if(blocked_names_, [&](const auto& entry) { return entry.second <= at; });
  blocked_names_[template_key(waba_id, name, "")] = at + span;
}

bool World::name_blocked(std::string_view waba_id, std::string_view name) const {
  const std::string key = template_key(waba_id, name, "");
  const Timestamp at = now();
  std::lock_guard lock(names_mutex_);
  const auto found = blocked_names_.find(key);
  return found != blocked_names_.end() && found->second > at;
}

}  // namespace wherry::sim
