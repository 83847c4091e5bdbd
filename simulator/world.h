#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "simulator/ids.h"
#include "simulator/media_shelf.h"
#include "simulator/message_log.h"
#include "simulator/model.h"
#include "simulator/registry.h"
#include "simulator/throttles.h"
#include "simulator/upload_sessions.h"

namespace wherry::sim {

/// What exists when the simulator starts. Empty ids are drawn from the seed.
struct Seed {
  std::string portfolio_id, waba_id, number_id, app_id;
  std::string display_number = "+1 555-010-7788";
  std::string token;             ///< empty: drawn from the seed; see World::tokens
  std::string app_secret = "test_app_secret";
  std::string callback;          ///< empty: no webhooks until one is set
  std::string verify_token = "test_verify_token";
  bool operator==(const Seed&) const = default;
};

struct WorldOptions {
  std::uint64_t seed = 1;
  Seed first;
  bool accept_any_token = false;
  std::string media_dir;                  ///< empty: a directory of its own below the system's temporary one, removed at the end
  std::string download_base;              ///< e.g. http://127.0.0.1:4010; empty: from the Host header of the asking request
  bool download_redirect = false;         ///< answer downloads with one 302 to the same host
  bool file_size_as_text = true;
  milliseconds review_delay{1'000};       ///< of templates
  std::size_t message_limit = 100'000;    ///< sent messages kept
  std::size_t received_limit = 20'000;
  std::size_t request_limit = 2'000;
  std::uint64_t media_bytes_limit = 4ull << 30;
  int newest_version = 26;                ///< vN.0
  int oldest_version = 20;
};

/// Limits and rules that can be turned off, each on its own, while running.
struct Switches {
  std::atomic<bool> throughput{true}, pair{true}, portfolio{true}, management{true}, registration{true}, templates{true};
  std::atomic<bool> window{true};             ///< free-form outside the window fails
  std::atomic<bool> keep_messages{true};      ///< the message log
  std::atomic<bool> log_requests{true};
};

/// Codes that arrive by webhook by default and, when listed, are answered at once instead.
class StrictSync {
 public:
  bool has(int code) const;
  void set(std::set<int> codes);
  std::set<int> get() const;

 private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::set<int> codes_;
};

struct GraphCounters {
  std::atomic<std::uint64_t> requests{0}, accepted{0}, refused{0}, faults{0};
  void refuse(int code);
  std::map<int, std::uint64_t> by_code() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<int, std::uint64_t> by_code_;
};

/// All state of the simulated WhatsApp. Threads: any.
class World {
 public:
  World(WorldOptions options, Clock& clock);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Forgets everything and creates the first portfolio, WABA, number, app and token again, with the same ids.
  void reset();

  const WorldOptions& options() const { return options_; }
  Clock& clock() const { return clock_; }
  Timestamp now() const { return clock_.now(); }
  /// The Seed with every id filled in.
  const Seed& first() const { return first_; }

  /// The user as described, or an ordinary one.
  User user(std::string_view wa_id) const;
  /// Changes a user, describing it first if need be.
  template <class Change>
  void change_user(std::string_view wa_id, Change change) {
    User fresh = user(wa_id);
    users.add(wa_id, std::move(fresh));
    users.update(wa_id, change);
  }
  /// Whether anybody was described at all: spares the look-up on the hot path.
  bool has_users() const { return users.size() > 0; }

  /// The portfolio of a number; empty id when something is missing.
  std::string portfolio_of(const Number& number) const;
  std::string bsuid(const Number& number, std::string_view wa_id) const { return bsuid_of(portfolio_of(number), wa_id); }
  Registry<Number>::Ptr number_by_digits(std::string_view digits) const;
  std::vector<Registry<Number>::Ptr> numbers_of(std::string_view waba_id) const;

  /// Template by name and language within a WABA.
  Registry<Template>::Ptr find_template(std::string_view waba_id, std::string_view name, std::string_view language) const;
  /// Whether the name exists in any language.
  bool has_template_name(std::string_view waba_id, std::string_view name) const;
  std::vector<Registry<Template>::Ptr> templates_of(std::string_view waba_id) const;
  /// False when name and language are taken.
  bool add_template(Template value);
  void remove_template(const Template& value);
  /// PENDING becomes APPROVED, or REJECTED when the name holds reject_<reason>; gives the outcome, null when nothing was pending.
  Registry<Template>::Ptr finish_review(std::string_view template_id);
  /// Names of deleted approved templates cannot be used again for 30 days.
  void block_name(std::string_view waba_id, std::string_view name);
  bool name_blocked(std::string_view waba_id, std::string_view name) const;

  Registry<Portfolio> portfolios;
  Registry<Waba> wabas;
  Registry<Number> numbers;
  Registry<App> apps;
  Registry<Token> tokens;  ///< by value
  Registry<User> users;    ///< by wa_id; only those somebody described
  Registry<Template> templates;

  IdSource ids;
  Switches switches;
  StrictSync strict_sync;
  GraphCounters counters;
  MessageLog messages;
  ReceivedLog received;
  RequestLog requests;
  MediaShelf media;
  UploadSessions uploads;

  Throughput throughput;
  PairLimit pairs;
  Windows windows;
  Reach reach;
  SlidingCount management;     ///< app/waba
  SlidingCount registrations;  ///< number
  SlidingCount creations;      ///< waba, and "edit/" + template

 private:
  static std::string template_key(std::string_view waba_id, std::string_view name, std::string_view language);
  void create_first();

  WorldOptions options_;
  Clock& clock_;
  Seed first_;
  mutable std::mutex names_mutex_;
  std::map<std::string, std::string, std::less<>> template_ids_;  // template_key -> id
  std::map<std::string, Timestamp, std::less<>> blocked_names_;   // waba/name -> until
};

}  // namespace wherry::sim
