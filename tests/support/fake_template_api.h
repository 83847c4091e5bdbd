#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/ports/template_api.h"

namespace wherry::test {

/// WhatsApp's list of templates, in memory. One account; pages of `page_size`.
class FakeTemplateApi final : public TemplateApi {
 public:
  std::map<std::string, MessageTemplate> templates;  ///< by id
  std::size_t page_size = 2;
  std::vector<std::string> calls;                    ///< "list name after", "create name", "edit id", "remove name id"
  std::optional<Error> failure;                      ///< what every call gives
  std::function<void()> on_list;                     ///< runs inside the call, before its answer

  MessageTemplate& put(std::string id, std::string name, std::string status = "APPROVED", std::string language = "en") {
    MessageTemplate made;
    made.id = id;
    made.name = std::move(name);
    made.language = std::move(language);
    made.status = std::move(status);
    made.category = "UTILITY";
    made.parameter_format = "POSITIONAL";
    made.components.push_back(json::object{{"type", "BODY"}, {"text", "Hello {{1}}"}});
    return templates[id] = std::move(made);
  }

  Task<Result<TemplatePage>> list_templates(std::shared_ptr<const Channel>, std::string name, std::string after) override {
    calls.push_back("list " + name + " " + after);
    if (failure) co_return *failure;
    TemplatePage page;
    for (const auto& [id, one] : templates) {
      if (id <= after || one.name.find(name) == std::string::npos) continue;
      if (page.templates.size() == page_size) {
        page.next = page.templates.back().id;
        break;
      }
      page.templates.push_back(one);
    }
    if (on_list) on_list();
    co_return page;
  }
  Task<Result<CreatedTemplate>> create_template(std::shared_ptr<const Channel>, json::object definition) override {
    calls.push_back("create " + std::string(definition["name"].as_string()));
    if (failure) co_return *failure;
    co_return CreatedTemplate{"900", "PENDING", "MARKETING"};
  }
  Task<Result<void>> edit_template(std::shared_ptr<const Channel>, std::string id, json::object change) override {
    calls.push_back("edit " + id);
    if (failure) co_return *failure;
    templates[id].components = change["components"].as_array();
    templates[id].status = "PENDING";
    co_return Result<void>();
  }
  Task<Result<void>> remove_template(std::shared_ptr<const Channel>, std::string name, std::string id) override {
    calls.push_back("remove " + name + " " + id);
    if (failure) co_return *failure;
    std::erase_if(templates, [&](const auto& one) { return one.second.name == name && (id.empty() || one.first == id); });
    co_return Result<void>();
  }
};

}  // namespace wherry::test
