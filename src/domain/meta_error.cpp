#include "domain/meta_error.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace wherry {

namespace {

using enum RetryClass;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// How long and how often a retried code waits; the classes have a usual rhythm, a few codes their own.
struct Rhythm {
  milliseconds first;
  int factor;
  milliseconds cap;
  int retries;  ///< after the first try
};

struct Entry {
  int first;
  int last;
  RetryClass retry_class;
};

// Sorted by code; ranges do not overlap. Source: WhatsApp Cloud API error code reference.
constexpr Entry table[] = {
    {1, 1, transient},             // unknown API error
    {2, 2, transient},             // temporarily down
    {3, 3, account},               // capability or permission
    {4, 4, throttled},             // app-level call limit
    {10, 10, account},             // permission denied
    {33, 33, account},             // number deleted
    {100, 100, bad_request},       // invalid parameter (subcode 33: see retry_class_of)
    {104, 104, account},           // token or signature required
    {190, 190, account},           // token expired or invalid
    {200, 299, account},           // permission missing
    {368, 368, account},           // blocked for policy violations
    {613, 613, throttled},         // call permission lookups
    {1026, 1026, recipient},       // receiver incapable
    {2500, 2500, bad_request},     // path or version
    {80007, 80007, throttled},     // account management budget
    {130403, 130403, recipient},   // the business blocked this user
    {130429, 130429, throttled},   // number throughput
    {130472, 130472, recipient},   // experiment
    {130497, 130497, recipient},   // country restriction
    {130501, 130501, recipient},   // unsupported group message
    {131000, 131000, transient},   // something went wrong
    {131002, 131002, bad_request},
    {131005, 131005, account},     // access denied
    {131008, 131009, bad_request},
    {131016, 131016, transient},   // service unavailable
    {131020, 131020, recipient},   // bad group
    {131021, 131021, bad_request}, // recipient is the sender
    {131026, 131026, recipient},   // undeliverable
    {131030, 131030, bad_request}, // test number's allowed list
    {131031, 131031, account},     // locked
    {131035, 131035, account},     // an inbound message was dropped
    {131036, 131036, transient},   // payload gone before the device took it
    {131037, 131037, account},     // display name approval
    {131041, 131041, recipient},   // group unknown
    {131042, 131042, account},     // payment
    {131044, 131045, account},     // payment for calls; certificate
    {131047, 131047, recipient},   // service window closed
    {131048, 131048, account},     // spam rate
    {131049, 131049, later},       // per-user marketing limit
    {131050, 131050, recipient},   // user stopped marketing
    {131051, 131051, bad_request}, // unsupported type
    {131052, 131052, recipient},   // inbound media could not be had
    {131053, 131053, bad_request}, // media upload error
    {131055, 131055, bad_request},
    {131056, 131057, throttled},   // pair limit; maintenance during a throughput upgrade
    {131059, 131059, bad_request},
    {131060, 131060, recipient},   // message unavailable
    {131062, 131062, recipient},   // BSUID not supported here
    {131063, 131064, account},     // marketing templates off; template violations
    {131201, 131202, bad_request},
    {131203, 131203, recipient},   // group terms not accepted
    {131204, 131204, bad_request},
    {131207, 131207, account},     // group suspended
    {131208, 131208, throttled},   // group rate
    {131209, 131210, bad_request},
    {131211, 131211, account},     // group creation limit
    {131212, 131213, bad_request},
    {131214, 131215, account},     // group creation disabled, not eligible
    {132000, 132000, bad_request},
    {132001, 132001, asset},       // no such template
    {132005, 132005, bad_request},
    {132007, 132008, bad_request},
    {132012, 132012, bad_request},
    {132015, 132016, asset},       // template paused, disabled
    {132018, 132018, bad_request},
    {132068, 132069, asset},       // flow blocked, throttled
    {133000, 133000, account},     // incomplete deregistration
    {133004, 133004, transient},
    {133005, 133005, bad_request},
    {133006, 133006, account},     // verify again
    {133008, 133009, later},       // PIN guesses
    {133010, 133010, account},     // not registered
    {133015, 133016, later},       // recently deleted; register limit
    {134011, 134011, account},
    {134100, 134100, bad_request},
    {134101, 134101, later},       // template syncing
    {134102, 134102, account},
    {135000, 135000, bad_request},
    {136024, 136024, bad_request},
    {137000, 137000, recipient},   // identity key changed
    {138000, 138000, account},     // calling: not enabled
    {138001, 138001, recipient},
    {138002, 138002, throttled},
    {138003, 138003, bad_request},
    {138004, 138004, transient},
    {138005, 138005, throttled},
    {138006, 138006, recipient},
    {138007, 138007, transient},
    {138009, 138009, later},
    {138012, 138013, later},
    {138014, 138015, account},
    {138017, 138017, bad_request},
    {138018, 138018, account},
    {138019, 138023, bad_request},
    {139000, 139006, asset},       // flows
    {139100, 139101, bad_request}, // block list
    {139102, 139103, transient},
    {139200, 139200, bad_request},
    {147001, 147005, bad_request}, // usernames
    {200005, 200007, bad_request},
    {2388012, 2388012, account},
    {2388019, 2388019, account},   // template limit
    {2388024, 2388024, bad_request},
    {2388039, 2388039, asset},
    {2388040, 2388040, bad_request},
    {2388047, 2388047, bad_request},
    {2388072, 2388073, bad_request},
    {2388091, 2388091, account},   // number migration
    {2388093, 2388093, account},
    {2388103, 2388103, account},
    {2388293, 2388293, bad_request},
    {2388299, 2388299, bad_request},
    {2494100, 2494100, throttled}, // maintenance mode
    {2494164, 2494179, bad_request},
    {2593107, 2593109, account},   // coexistence sync
};

std::optional<RetryClass> listed(int code) {
  const auto* entry = std::lower_bound(std::begin(table), std::end(table), code, [](const Entry& e, int c) { return e.last < c; });
  if (entry == std::end(table) || code < entry->first) return std::nullopt;
  return entry->retry_class;
}

bool not_reached(const UpstreamError& error) { return error.code == 0 && error.http_status == 0; }

RetryClass class_by_status(const UpstreamError& error) {
  if (not_reached(error) || error.http_status >= 500) return transient;
  if (error.http_status == 429) return throttled;
  if (error.http_status == 401) return account;  // AuthException comes as code 0
  return bad_request;
}

constexpr Rhythm none{milliseconds(0), 1, milliseconds(0), 0};

Rhythm rhythm_of(const UpstreamError& error) {
  const auto retry_class = retry_class_of(error);
  if (retry_class != throttled && retry_class != transient) return none;
  switch (error.code) {
    case 1: return {seconds(1), 2, seconds(60), 2};
    case 4:
    case 80007:
    case 2494100: return {seconds(60), 2, minutes(10), 5};
    case 131036: return {seconds(1), 2, seconds(60), 1};
    case 131056: return {seconds(1), 4, seconds(64), 8};
    case 131057: return {seconds(20), 1, seconds(20), 6};
    default: break;
  }
  if (retry_class == throttled) return {seconds(1), 2, seconds(60), 10};
  if (not_reached(error) || listed(error.code)) return {seconds(1), 2, seconds(60), 4};
  return {seconds(1), 2, seconds(60), 2};
}

}  // namespace

std::string_view to_string(RetryClass retry_class) {
  switch (retry_class) {
    case throttled: return "throttled";
    case transient: return "transient";
    case recipient: return "recipient";
    case later: return "later";
    case bad_request: return "bad_request";
    case account: return "account";
    case asset: return "asset";
  }
  return "bad_request";
}

RetryClass retry_class_of(const UpstreamError& error) {
  auto known = listed(error.code);
  if (error.code == 100) {
    if (error.subcode == 33) known = account;  // the object is gone or not ours
    if (error.subcode > 1'000'000 && listed(error.subcode)) known = listed(error.subcode);
  }
  if (error.is_transient && known != throttled) return transient;
  return known ? *known : class_by_status(error);
}

std::chrono::milliseconds retry_delay(const UpstreamError& error, int attempt) {
  const auto rhythm = rhythm_of(error);
  if (attempt < 1 || attempt > rhythm.retries) return milliseconds(0);
  auto delay = rhythm.first;
  for (int i = 1; i < attempt && delay < rhythm.cap; ++i) delay *= rhythm.factor;
  return std::min(delay, rhythm.cap);
}

}  // namespace wherry
