#include "services/templates/template_sync.h"

#include <set>

#include "base/log.h"

namespace wherry {

namespace {

constexpr milliseconds round_pause = seconds(10);
constexpr milliseconds first_pause = std::chrono::minutes(5);
constexpr milliseconds longest_pause = std::chrono::hours(6);
constexpr std::uint32_t store_page = 500;

using ById = std::map<std::string, MessageTemplate>;

ById by_id(std::vector<MessageTemplate> templates) {
  ById out;
  for (auto& one : templates) {
    auto id = one.id;
    out.insert_or_assign(std::move(id), std::move(one));
  }
  return out;
}

const MessageTemplate* find(const ById& templates, const std::string& id) {
  const auto found = templates.find(id);
  return found == templates.end() ? nullptr : &found->second;
}

}  // namespace

// Marks the account as being read, for as long as it lives.
struct TemplateSync::Reading {
  TemplateSync& sync;
  std::string waba_id;
  bool done = false;
  Reading(TemplateSync& owner, std::string waba) : sync(owner), waba_id(std::move(waba)) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { sync.settle(waba_id, done); }
};

bool TemplateSync::begin(const std::string& waba_id) {
  std::lock_guard lock(mutex_);
  auto& account = accounts_[waba_id];
  if (account.running) return false;
  account.running = true;
  account.wanted = false;  // what is wanted from now on is read after this
  return true;
}

void TemplateSync::settle(const std::string& waba_id, bool done) {
  const auto now = parts_.clock.now();
  std::lock_guard lock(mutex_);
  auto& account = accounts_[waba_id];
  account.running = false;
  account.pause = done ? milliseconds(0) : std::clamp(account.pause * 2, first_pause, longest_pause);
  account.not_before = now + account.pause;
}

void TemplateSync::want(const std::string& waba_id) {
  std::lock_guard lock(mutex_);
  accounts_[waba_id].wanted = true;
}

void TemplateSync::overtaken(const std::string& waba_id) {
  std::lock_guard lock(mutex_);
  auto& account = accounts_[waba_id];
  account.wanted = account.wanted || account.running;
}

std::vector<TemplateHearer> TemplateSync::hearers_of(const std::string& waba_id) const {
  std::vector<TemplateHearer> hearers;
  std::set<TenantId> told;
  for (const auto& channel : parts_.channels.all()) {
    if (channel->waba_id == waba_id && told.insert(channel->tenant).second) hearers.push_back({channel->tenant, channel->id});
  }
  return hearers;
}

Task<Result<std::vector<MessageTemplate>>> TemplateSync::known_of(std::string waba_id, std::string name) {
  std::vector<MessageTemplate> all;
  TemplateFilter filter;
  filter.name = std::move(name);
  filter.limit = store_page;
  while (true) {
    CO_TRY(auto page, co_await parts_.store.list(waba_id, filter));
    const bool last = page.size() < store_page;
    if (!page.empty()) filter.after = page.back().id;
    std::move(page.begin(), page.end(), std::back_inserter(all));
    if (last) co_return all;
  }
}

Result<void> has_templates(const Channel& channel) {
  if (channel.kind == ChannelKind::linked) return Error{ErrorCode::invalid_argument, "a linked number has no templates"};
  return {};
}

Task<Result<TemplateSyncReport>> TemplateSync::sync(ChannelPtr channel) {
  CO_TRY_VOID(has_templates(*channel));
  const auto waba_id = channel->waba_id;
  if (!begin(waba_id)) co_return Error{ErrorCode::conflict, "The account's templates are being read already"};
  Reading reading(*this, waba_id);
  auto report = co_await read_all(std::move(channel));
  reading.done = report.has_value();
  ++(report ? counters_.syncs : counters_.failed_syncs);
  co_return report;
}

Task<Result<TemplateSyncReport>> TemplateSync::read_all(ChannelPtr channel) {
  const auto waba_id = channel->waba_id;
  ById fetched;
  std::string any_name, after;
  while (true) {
    CO_TRY(auto page, co_await parts_.api.list_templates(channel, any_name, after));
    for (auto& one : page.templates) {
      auto id = one.id;
      fetched.insert_or_assign(std::move(id), std::move(one));
    }
    const bool stuck = page.next == after || page.templates.empty();
    after = page.next;
    if (after.empty() || stuck) break;
    if (fetched.size() >= most_templates) {
      co_return Error{ErrorCode::too_large, "The account has more than 10000 templates"};
    }
  }
  std::string every_name;
  CO_TRY(auto stored, co_await known_of(waba_id, every_name));
  CO_TRY(const auto before, co_await parts_.store.synced_at(waba_id));
  const auto known = by_id(std::move(stored));
  TemplateSyncReport report;
  report.at = parts_.clock.now();
  report.templates = fetched.size();
  TemplateChanges changes(waba_id, hearers_of(waba_id), report.at);
  for (const auto& [id, one] : fetched) changes.saw(find(known, id), one);
  for (const auto& [id, one] : known) {
    if (!fetched.contains(id)) changes.lost(one);
  }
  changes.read_all(!before.has_value());
  report.changed = changes.changed();
  report.removed = changes.removed();
  auto update = changes.take();
  CO_TRY_VOID(co_await parts_.store.apply(std::move(update)));
  co_return report;
}

Task<Result<bool>> TemplateSync::look_up(ChannelPtr channel, std::string name) {
  const auto waba_id = channel->waba_id;
  const auto now = parts_.clock.now();
  {
    std::lock_guard lock(mutex_);
    auto& allowance = accounts_[waba_id].lookups;
    if (allowance.next(now) > now) co_return false;
    allowance.take(now);
  }
  ++counters_.lookups;
  std::string first_page;
  CO_TRY(auto page, co_await parts_.api.list_templates(std::move(channel), name, std::move(first_page)));
  CO_TRY(auto stored, co_await known_of(waba_id, name));
  auto known = by_id(std::move(stored));
  TemplateChanges changes(waba_id, hearers_of(waba_id), parts_.clock.now());
  bool found = false;
  for (auto& one : page.templates) {
    if (one.name != name) continue;
    found = true;
    const auto id = one.id;
    changes.saw(find(known, id), std::move(one));
    known.erase(id);
  }
  const bool whole = page.next.empty();
  if (whole) {
    for (const auto& [id, one] : known) changes.lost(one);
  }
  auto update = changes.take();
  CO_TRY_VOID(co_await parts_.store.apply(std::move(update)));
  co_return found || whole;
}

void TemplateSync::start(Executor executor) {
  if (parts_.every > milliseconds(0)) background_.spawn(executor, follow(), "template_sync");
}

Task<void> TemplateSync::stop() { co_await background_.stop(); }

Task<void> TemplateSync::follow() {
  while (true) {
    std::set<std::string> seen;
    const auto channels = parts_.channels.all();
    for (const auto& channel : channels) {
      if (!has_templates(*channel) || !seen.insert(channel->waba_id).second) continue;
      co_await sync_if_due(channel);
    }
    co_await parts_.clock.sleep_for(round_pause);
  }
}

Task<void> TemplateSync::sync_if_due(ChannelPtr channel) {
  const auto waba_id = channel->waba_id;
  const auto now = parts_.clock.now();
  bool wanted = false;
  {
    std::lock_guard lock(mutex_);
    const auto& account = accounts_[waba_id];
    if (account.running || account.not_before > now) co_return;
    wanted = account.wanted;
  }
  auto last = co_await parts_.store.synced_at(waba_id);
  if (!last) co_return;
  const bool due = wanted || !*last || now - **last >= parts_.every;
  if (!due) co_return;
  auto report = co_await sync(channel);
  if (!report) {
    log::warn("template_sync_failed", {{"channel", channel->id.text()},
                                       {"waba", waba_id},
                                       {"error", to_string(report.error().code)},
                                       {"reason", report.error().message}});
  } else if (report->changed + report->removed > 0) {
    log::info("templates_synced",
              {{"waba", waba_id}, {"templates", report->templates}, {"changed", report->changed}, {"removed", report->removed}});
  }
}

}  // namespace wherry
