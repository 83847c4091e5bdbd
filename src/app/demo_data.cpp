#include "app/demo_data.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/random.h"

namespace wherry::app {

namespace {

constexpr std::string_view tenant_name = "demo";

Task<Result<Tenant>> find_or_create_tenant(Core& core) {
  CO_TRY(auto tenants, co_await core.access.list_tenants());
  for (auto& tenant : tenants) {
    if (tenant.name == tenant_name) co_return std::move(tenant);
  }
  std::string name(tenant_name);
  co_return co_await core.access.create_tenant(std::move(name));
}

Task<Result<ChannelPtr>> find_or_add_channel(Core& core, TenantId tenant) {
  for (auto& channel : core.channels.all()) {
    if (channel->tenant == tenant && channel->kind == ChannelKind::cloud) co_return channel;
  }
  NewChannel wanted;
  wanted.tenant = tenant;
  wanted.name = "Demo number";
  wanted.phone_number_id = "106540352242922";
  wanted.waba_id = "102290129340398";
  wanted.display_number = "15550107788";
  wanted.access_token = Secret("EAA" + random_text(60, alphanumeric));
  wanted.app_secret = Secret(random_text(32, "0123456789abcdef"));
  wanted.verify_token = Secret(random_text(24, alphanumeric));
  wanted.graph_url = "http://127.0.0.1:1";  // replaced by the simulator's address before anything is sent
  co_return co_await core.channels.add(std::move(wanted));
}

json::object read_keys(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  auto parsed = json::parse(content.str());
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

Result<void> write_keys(const std::string& path, const json::object& keys) {
  const auto text = json::serialize(keys) + "\n";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Error{ErrorCode::unavailable, "cannot write " + path};
  const bool ok = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!ok) return Error{ErrorCode::unavailable, "cannot write " + path};
  return {};
}

Task<Result<std::string>> find_or_create_key(Core& core, TenantId tenant, std::string known, std::string style) {
  if (!known.empty()) {
    auto caller = co_await core.access.identify(known, style);
    if (caller && caller->tenant == tenant) co_return known;
  }
  NewKey wanted;
  wanted.tenant = tenant;
  wanted.style = std::move(style);
  wanted.label = "demo";
  CO_TRY(auto issued, co_await core.access.create_key(std::move(wanted)));
  co_return issued.key.reveal();
}

std::string key_in(const json::object& keys, std::string_view name) { return std::string(json::find_string(keys, name).value_or("")); }

}  // namespace

Task<Result<DemoData>> prepare_demo_data(Core& core, std::string data_dir) {
  DemoData data;
  CO_TRY(data.tenant, co_await find_or_create_tenant(core));
  CO_TRY(data.channel, co_await find_or_add_channel(core, data.tenant.id));
  const auto path = data_dir + "/demo.json";
  auto keys = read_keys(path);
  CO_TRY(data.api_key, co_await find_or_create_key(core, data.tenant.id, key_in(keys, "api_key"), "pipes"));
  CO_TRY(data.magpipe_key, co_await find_or_create_key(core, data.tenant.id, key_in(keys, "magpipe_key"), "magpipe"));
  CO_TRY(data.sessions_key, co_await find_or_create_key(core, data.tenant.id, key_in(keys, "sessions_key"), "sessions"));
  keys["api_key"] = data.api_key;
  keys["magpipe_key"] = data.magpipe_key;
  keys["sessions_key"] = data.sessions_key;
  CO_TRY_VOID(write_keys(path, keys));
  co_return data;
}

}  // namespace wherry::app
