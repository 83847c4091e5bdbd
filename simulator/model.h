#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "simulator/errors.h"

namespace wherry::sim {

// What exists in the simulated WhatsApp. Plain values: World keeps them behind shared_ptr<const T> and replaces them whole.

struct Portfolio {
  std::string id;
  std::uint64_t user_limit = 250;  ///< users reached outside their window in 24 h; 0 = unlimited
  bool verified = false;
};

/// One app's subscription to a WABA's webhooks.
struct Subscription {
  std::string app_id;
  std::string override_callback;  ///< for `messages`; empty: the app's own
  std::string override_verify_token;
};

struct Waba {
  std::string id;
  std::string portfolio_id;
  std::string name = "Test WABA";
  std::string currency = "USD";
  std::string timezone_id = "1";
  std::string review_status = "APPROVED";
  bool locked = false;          ///< everything is refused with 131031
  bool banned = false;          ///< everything is refused with 368
  bool payment_ok = true;       ///< otherwise templates are refused with 131042
  bool marketing_off = false;   ///< marketing templates are refused with 131063
  std::set<std::string> restrictions;  ///< e.g. RESTRICTED_BIZ_INITIATED_MESSAGING
  std::vector<Subscription> subscriptions;
};

struct Number {
  std::string id;
  std::string waba_id;
  std::string display;          ///< as people write it: +1 555-010-7788
  std::string digits;           ///< the same, digits only
  std::string country_code;     ///< calling code, put in front of a recipient without one where that is needed
  std::string verified_name = "Test Number";
  std::string status = "CONNECTED";
  std::string quality = "GREEN";
  std::string name_status = "APPROVED";
  std::uint32_t mps = 80;       ///< messages a second, both directions
  bool registered = true;
  bool maintenance = false;     ///< 131057
  bool name_missing = false;    ///< a 555 number without an approved name: 131037
  bool coexistence = false;
  bool no_storage = false;
  bool test_mode = false;       ///< only `allowed` may be written to
  std::set<std::string> allowed;      ///< digits
  std::set<std::string> blocked;      ///< digits of users the business has blocked
  std::string pin;
  std::string username;
  boost::json::object profile;
  boost::json::object settings;
  std::string override_callback;      ///< for `messages`; wins over the WABA's
  std::string override_verify_token;
  Timestamp onboarded{};
};

struct App {
  std::string id;
  std::string name = "Test App";
  std::string secret;
  std::string callback;         ///< empty: no webhooks
  std::string verify_token;
  std::set<std::string> fields{"messages"};
  std::string webhook_version = "v26.0";
  bool proof_required = false;  ///< appsecret_proof
};

struct Token {
  enum class State { valid, expired, revoked };
  std::string value;
  std::string app_id;
  std::string user_id;
  std::string user_name = "System User";
  std::set<std::string> scopes{"whatsapp_business_messaging", "whatsapp_business_management", "business_management"};
  std::set<std::string> assets;  ///< WABA ids it may see; empty: all
  std::optional<Timestamp> expires_at;
  State state = State::valid;
  std::string code;              ///< of the embedded sign-up, good for this token once; empty: none, or it was used
};

/// A WhatsApp user. Numbers nobody described are ordinary online users and are not stored.
struct User {
  std::string wa_id;
  std::string name;
  std::string username;
  std::string parent_bsuid;
  std::string identity_hash;
  bool phone_visible = true;
  bool receipts = true;
  bool online = true;
  bool on_whatsapp = true;       ///< otherwise 131026
  bool opted_out = false;        ///< marketing: 131050
  bool marketing_capped = false; ///< 131049
  bool in_experiment = false;    ///< 130472
  bool chat_open = false;        ///< read without delivered
  std::string changed_to;        ///< the wa_id after a change of number
};

struct Template {
  std::string id;
  std::string waba_id;
  std::string name;
  std::string language;
  std::string category;          ///< MARKETING, UTILITY, AUTHENTICATION
  std::string status = "PENDING";
  std::string parameter_format = "POSITIONAL";
  std::string quality = "UNKNOWN";
  std::string rejected_reason = "NONE";
  std::int64_t ttl_seconds = 0;  ///< 0: the default
  boost::json::array components;
  bool paced = false;            ///< sends are held for quality assessment
  Timestamp created{};
  Timestamp edited{};
};

struct MediaItem {
  std::string id;
  std::string number_id;
  std::string mime_type;
  std::string file_name;
  std::string sha256_hex;
  std::string path;              ///< of the bytes on disk
  std::uint64_t size = 0;
  bool inbound = false;
  bool animated = false;
  Timestamp created{};
  Timestamp expires{};
};

/// A send that was answered with 200. Never changed afterwards; its statuses are kept by MessageLog.
struct SentMessage {
  std::string id;                ///< wamid
  std::string number_id;
  std::string input;             ///< the recipient as the caller wrote it
  std::string wa_id;             ///< digits; also known for BSUID recipients, where the answer hides it
  std::string bsuid;             ///< when the caller addressed it by `recipient`
  std::string group_id;
  std::string type;
  std::string body;              ///< the request as received
  std::string opaque;            ///< biz_opaque_callback_data
  std::string category;          ///< marketing, utility, authentication, service
  std::string template_id;
  std::string rendered;          ///< a template's text with its parameters in place
  std::string message_status;    ///< of the answer; empty: none
  std::optional<GraphError> failure;  ///< what the `failed` status will say, decided when it was accepted
  bool voice = false;
  bool in_window = false;        ///< the customer service window was open
  bool free_entry = false;       ///< inside a free entry point window
  Timestamp at{};
  std::uint64_t sequence = 0;    ///< grows with acceptance
};
using SentMessagePtr = std::shared_ptr<const SentMessage>;  // shared by the log and planned statuses

struct StatusEntry {
  std::string status;
  Timestamp at{};
  int code = 0;                  ///< of a failure
};

/// A message a user sent to one of the numbers.
struct ReceivedMessage {
  std::string id;
  std::string number_id;
  std::string from;              ///< wa_id
  std::string type;
  Timestamp at{};
  bool marked_read = false;
  bool typing_shown = false;
};

/// One line of the request log.
struct RequestRecord {
  Timestamp at{};
  std::string method;
  std::string path;
  int status = 0;
  int code = 0;                  ///< Graph's code; 0 when it went well
  std::uint64_t sequence = 0;
};

}  // namespace wherry::sim
