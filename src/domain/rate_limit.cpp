#include "domain/rate_limit.h"

#include <algorithm>
#include <charconv>

namespace wherry {

namespace {

constexpr std::size_t most_windows = 4;
constexpr std::uint32_t most_requests = 10'000'000;
constexpr seconds longest_window = std::chrono::hours(24);

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

std::optional<std::uint32_t> number_from(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

}  // namespace

Result<RateLimits> checked(RateLimits limits) {
  if (limits.size() > most_windows) return invalid("there are at most 4 rate limits");
  std::sort(limits.begin(), limits.end(), [](const RateLimit& a, const RateLimit& b) { return a.window < b.window; });
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const auto& one = limits[i];
    if (one.window < seconds(1) || one.window > longest_window) return invalid("the rate window is 1 second to 24 hours");
    if (one.requests == 0 || one.requests > most_requests) return invalid("a rate limit is 1 to 10000000 requests");
    if (i > 0 && limits[i - 1].window == one.window) return invalid("two rate limits have windows of the same length");
  }
  return limits;
}

std::string to_text(const RateLimits& limits) {
  std::string text;
  for (const auto& one : limits) {
    if (!text.empty()) text += ',';
    text += std::to_string(one.requests) + '/' + std::to_string(one.window.count());
  }
  return text;
}

Result<RateLimits> rate_limits_from(std::string_view text) {
  RateLimits limits;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto one = text.substr(0, comma);
    const auto slash = one.find('/');
    const auto requests = number_from(one.substr(0, slash));
    const auto window = slash == std::string_view::npos ? std::nullopt : number_from(one.substr(slash + 1));
    if (!requests || !window || limits.size() > most_windows) return invalid("a rate limit is written REQUESTS/SECONDS, e.g. 100/60");
    limits.push_back({*requests, seconds(*window)});
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return checked(std::move(limits));
}

void RateWindows::configure(const RateLimits& limits) {
  std::vector<Window> changed;
  for (const auto& limit : limits) {
    const auto same = std::find_if(windows_.begin(), windows_.end(), [&](const Window& w) { return w.limit.window == limit.window; });
    auto window = same == windows_.end() ? Window{} : *same;
    window.limit = limit;
    changed.push_back(window);
  }
  windows_ = std::move(changed);
}

bool RateWindows::has_room(Timestamp now) const {
  return std::all_of(windows_.begin(), windows_.end(), [&](const Window& w) { return w.is_over(now) || w.used < w.limit.requests; });
}

void RateWindows::count(Timestamp now) {
  for (auto& window : windows_) {
    if (window.is_over(now)) window = {window.limit, now, 0};
    ++window.used;
  }
}

std::vector<RateState> RateWindows::states(Timestamp now) const {
  std::vector<RateState> states;
  for (const auto& window : windows_) {
    const bool over = window.is_over(now);
    const auto used = over ? 0 : std::min(window.used, window.limit.requests);
    const auto opened = over ? now : window.opened;
    states.push_back({window.limit.requests, window.limit.requests - used, opened + window.limit.window, window.limit.window});
  }
  return states;
}

std::optional<RateState> most_telling(const std::vector<RateState>& states) {
  const RateState* told = nullptr;
  for (const auto& state : states) {
    const bool used_up = state.remaining == 0;
    const bool told_used_up = told != nullptr && told->remaining == 0;
    const bool better =
        used_up == told_used_up ? (used_up ? state.reset > told->reset : told == nullptr || state.window < told->window) : used_up;
    if (better) told = &state;
  }
  return told == nullptr ? std::nullopt : std::optional(*told);
}

}  // namespace wherry
