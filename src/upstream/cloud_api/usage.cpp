#include "upstream/cloud_api/usage.h"

#include <algorithm>

#include "base/json.h"

namespace wherry::cloud_api {

namespace {

constexpr std::size_t max_header = 4096;

int number(const json::object& parent, std::string_view name) {
  const auto* member = json::find(parent, name);
  if (member == nullptr || !member->is_number()) return 0;
  const double value = member->is_double() ? member->get_double() : static_cast<double>(member->is_int64() ? member->get_int64() : 0);
  return static_cast<int>(std::clamp(value, 0.0, 1'000'000.0));
}

int highest_percent(const json::object& figures) {
  return std::max({number(figures, "call_count"), number(figures, "total_cputime"), number(figures, "total_time")});
}

void read_app(std::string_view text, ChannelUsage& usage) {
  const auto parsed = json::parse(text);
  if (parsed && parsed->is_object()) usage.app_percent = highest_percent(parsed->get_object());
}

void read_business(std::string_view text, ChannelUsage& usage) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return;
  usage.business_percent = 0;
  usage.minutes_to_regain_access = 0;
  for (const auto& account : parsed->get_object()) {
    const auto* cases = account.value().if_array();
    if (cases == nullptr) continue;
    for (const auto& use_case : *cases) {
      const auto* figures = use_case.if_object();
      if (figures == nullptr) continue;
      usage.business_percent = std::max(usage.business_percent, highest_percent(*figures));
      usage.minutes_to_regain_access = std::max(usage.minutes_to_regain_access, number(*figures, "estimated_time_to_regain_access"));
    }
  }
}

}  // namespace

void Usage::note(ChannelId channel, const http::Headers& headers, Timestamp now) {
  const auto app = headers.find("X-App-Usage").value_or("").substr(0, max_header);
  const auto business = headers.find("X-Business-Use-Case-Usage").value_or("").substr(0, max_header);
  if (app.empty() && business.empty()) return;
  std::lock_guard lock(mutex_);
  auto& entry = entries_[channel];
  entry.usage.channel = channel;
  entry.usage.at = now;
  if (!app.empty() && app != entry.app_text) {
    entry.app_text = app;
    read_app(app, entry.usage);
  }
  if (!business.empty() && business != entry.business_text) {
    entry.business_text = business;
    read_business(business, entry.usage);
  }
}

std::vector<ChannelUsage> Usage::all() const {
  std::lock_guard lock(mutex_);
  std::vector<ChannelUsage> list;
  list.reserve(entries_.size());
  for (const auto& [channel, entry] : entries_) list.push_back(entry.usage);
  return list;
}

}  // namespace wherry::cloud_api
