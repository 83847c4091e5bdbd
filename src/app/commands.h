#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/admin_caller.h"
#include "app/config.h"
#include "base/json.h"

namespace wherry::app {

enum class Output { text, json };

/// `wherry serve`: runs until SIGTERM or SIGINT.
int serve(const Config& config);

struct DemoOptions {
  Config config;
  std::uint16_t simulator_port = 0;
  std::uint16_t simulator_control_port = 0;
  Output output = Output::text;
};
/// `wherry demo`: gateway and simulator in one process, with a tenant, a key, a channel and an open conversation.
int demo(const DemoOptions& options);

struct SimulateOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;
  std::uint16_t control_port = 8082;
  bool allow_public = false;
  bool sink = false;
  bool throttles = true;
  std::uint64_t seed = 1;
  double time_scale = 1;
  std::string data_dir;
  std::string callback_url;
  std::string phone_number_id;
  std::string waba_id;
  std::string display_number;
  std::string access_token;
  std::string app_secret;
  std::string verify_token;
  Output output = Output::text;
};
/// `wherry simulate`: the Graph simulator alone.
int simulate(const SimulateOptions& options);

/// One admin call whose answer is printed: the object, a list, or the problem on stderr.
int print_admin_call(const AdminTarget& target, const AdminCall& call, Output output);

/// The id of a tenant given by id or by name. Errors: not_found, and those of the call.
Result<std::string> resolve_tenant(const AdminTarget& target, const std::string& id_or_name);

struct LinkOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
  std::string session;  ///< its id; empty: a new one is made
  std::string label;    ///< of a new one
  std::string phone;    ///< the number to link by pairing code; empty: by QR code
};
/// `wherry session link`: shows codes until the number is linked, or five minutes have passed.
int link_session(const LinkOptions& options);

struct SendOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
  std::string conversation;
  std::string text;
  std::string media;  ///< media id or https URL
  std::string file;   ///< uploaded first
  std::string caption;
  Output output = Output::text;
};
/// `wherry send`: one message through a running server's Pipes API.
int send(const SendOptions& options);

/// `wherry trace MESSAGE`: everything that happened to one message, by its id or wamid.
int trace(const AdminTarget& target, const std::string& message, Output output);

/// `wherry doctor`: checks configuration, data directory and every channel against Graph, and says what to fix.
int doctor(const AdminTarget& target, Output output);

/// The text, or the content of FILE when it is @FILE (a trailing newline dropped). Errors: not_found.
Result<std::string> text_or_file(const std::string& value);

}  // namespace wherry::app
