#pragma once

#include "net/client.h"
#include "services/ports/template_api.h"
#include "upstream/cloud_api/graph_calls.h"

namespace wherry::cloud_api {

/// TemplateApi through Graph. Threads: any.
/// Source: Cloud API "Message templates".
class TemplateCalls final : public TemplateApi {
 public:
  /// As many on a page; with components a page stays far below the client's limit for answers.
  static constexpr int page_size = 100;

  explicit TemplateCalls(http::Client& client, Timeouts timeouts = {}) : client_(client), timeouts_(timeouts) {}

  Task<Result<TemplatePage>> list_templates(std::shared_ptr<const Channel> channel, std::string name, std::string after) override;
  Task<Result<CreatedTemplate>> create_template(std::shared_ptr<const Channel> channel, json::object definition) override;
  Task<Result<void>> edit_template(std::shared_ptr<const Channel> channel, std::string id, json::object change) override;
  Task<Result<void>> remove_template(std::shared_ptr<const Channel> channel, std::string name, std::string id) override;

 private:
  Task<Result<json::object>> call(std::shared_ptr<const Channel> channel, http::Method method, std::string path, std::string body);

  http::Client& client_;
  Timeouts timeouts_;
};

}  // namespace wherry::cloud_api
