#include "simulator/timeline.h"

#include <algorithm>

namespace wherry::sim {

namespace {
constexpr milliseconds before_afterwards{1'000};  // a user's own action follows its last receipt
}

/// One message on its way through its plan.
class Timeline::Life final : public Event, public std::enable_shared_from_this<Life> {
 public:
  Life(Timeline& timeline, SentMessagePtr message, Plan plan, std::size_t key)
      : timeline_(timeline), message_(std::move(message)), plan_(std::move(plan)), key_(key) {}

  void go_on(Timestamp from) {
    if (next_ == plan_.park_before) {
      if (timeline_.park(message_->wa_id, shared_from_this())) watch_expiry(from);
      return;
    }
    if (next_ < plan_.steps.size()) {
      timeline_.scheduler_.at(from + plan_.steps[next_].after, key_, shared_from_this());
    } else if (plan_.afterwards != Afterwards::nothing && next_ == plan_.steps.size()) {
      timeline_.scheduler_.at(from + before_afterwards, key_, shared_from_this());
    }
  }

  void fire(Timestamp due) override {
    if (next_ >= plan_.steps.size()) {
      if (timeline_.on_afterwards_) timeline_.on_afterwards_(message_, plan_.afterwards, due);
      return;
    }
    const auto& step = plan_.steps[next_];
    timeline_.emit(*message_, step.kind, due, price_now(step.kind), step.code);
    ++next_;
    go_on(due);
  }

  /// The user came online.
  void wake(Timestamp now) {
    plan_.park_before = Plan::never;
    if (now - message_->at < timeline_.settings().message_ttl) go_on(now);
  }

  const SentMessage& message() const { return *message_; }

 private:
  struct Expiry final : Event {
    Expiry(Timeline& t, LifePtr l, int c) : timeline(t), life(std::move(l)), code(c) {}
    void fire(Timestamp due) override {
      if (timeline.unpark(life->message().wa_id, *life)) timeline.emit(life->message(), StatusKind::failed, due, false, code);
    }
    Timeline& timeline;
    LifePtr life;
    int code;
  };

  void watch_expiry(Timestamp from) {
    const auto settings = timeline_.settings();
    if (settings.expired_code == 0) return;
    auto expiry = std::make_shared<Expiry>(timeline_, shared_from_this(), settings.expired_code);
    timeline_.scheduler_.at(std::max(from, message_->at + settings.message_ttl), key_, std::move(expiry));
  }

  /// On sent, and on whichever of delivered and read comes first; a repeated status repeats it.
  bool price_now(StatusKind kind) {
    if (message_->type == "reaction" || kind == StatusKind::failed || kind == StatusKind::played) return false;
    if (kind == StatusKind::sent) return true;
    if (!arrived_as_) arrived_as_ = kind;
    return *arrived_as_ == kind;
  }

  Timeline& timeline_;
  SentMessagePtr message_;
  Plan plan_;
  const std::size_t key_;
  std::size_t next_ = 0;
  std::optional<StatusKind> arrived_as_;
};

Timeline::Timeline(World& world, Scheduler& scheduler, Announcer& announcer, Identities& identities)
    : world_(world), scheduler_(scheduler), announcer_(announcer), identities_(identities) {}

TimelineSettings Timeline::settings() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

void Timeline::set_settings(TimelineSettings settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
}

void Timeline::begin(const SentMessagePtr& message, std::shared_ptr<const StatusScript> script) {
  SeededRandom random(world_.options().seed ^ message->sequence * 0x9e3779b97f4a7c15u);
  random.next();
  auto plan = plan_statuses(*message, identities_.user(message->wa_id), script.get(), settings(), random);
  const auto key = std::hash<std::string>{}(message->group_id.empty() ? message->wa_id : message->group_id);
  std::make_shared<Life>(*this, message, std::move(plan), key)->go_on(message->at);
}

void Timeline::emit(const SentMessage& message, StatusKind kind, Timestamp at, bool priced, int code) {
  told_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  StatusEntry entry;
  entry.status = to_string(kind);
  entry.at = at;
  if (kind == StatusKind::failed) entry.code = code != 0 ? code : message.failure ? message.failure->code : 131000;
  world_.messages.add_status(message.id, std::move(entry));
  announcer_.status(message, kind, at, priced, code);
}

void Timeline::tell(const SentMessage& message, StatusKind kind, Timestamp at, int code) {
  const auto before = world_.messages.statuses(message.id);
  const auto had = [&](StatusKind wanted) {
    return std::any_of(before.begin(), before.end(), [&](const StatusEntry& entry) { return entry.status == to_string(wanted); });
  };
  const bool arrives = kind == StatusKind::delivered ? !had(StatusKind::read) : kind == StatusKind::read && !had(StatusKind::delivered);
  emit(message, kind, at, kind == StatusKind::sent || arrives, code);
}

bool Timeline::park(std::string_view wa_id, LifePtr life) {
  std::lock_guard lock(mutex_);
  if (parked_count_ >= parked_limit) return false;
  auto place = parked_.find(wa_id);
  if (place == parked_.end()) place = parked_.emplace(std::string(wa_id), std::vector<LifePtr>{}).first;
  place->second.push_back(std::move(life));
  ++parked_count_;
  return true;
}

Timeline::LifePtr Timeline::unpark(std::string_view wa_id, const Life& life) {
  std::lock_guard lock(mutex_);
  const auto place = parked_.find(wa_id);
  if (place == parked_.end()) return nullptr;
  auto& lives = place->second;
  const auto it = std::find_if(lives.begin(), lives.end(), [&](const LifePtr& one) { return one.get() == &life; });
  if (it == lives.end()) return nullptr;
  auto found = *it;
  lives.erase(it);
  if (lives.empty()) parked_.erase(place);
  --parked_count_;
  return found;
}

void Timeline::user_online(std::string_view wa_id) {
  std::vector<LifePtr> lives;
  {
    std::lock_guard lock(mutex_);
    const auto place = parked_.find(wa_id);
    if (place == parked_.end()) return;
    lives.swap(place->second);
    parked_count_ -= lives.size();
    parked_.erase(place);
  }
  const auto now = world_.now();
  for (auto& life : lives) life->wake(now);
}

std::size_t Timeline::parked() const {
  std::lock_guard lock(mutex_);
  return parked_count_;
}

void Timeline::reset() {
  std::lock_guard lock(mutex_);
  parked_.clear();
  parked_count_ = 0;
  for (auto& count : told_) count.store(0);
}

}  // namespace wherry::sim
