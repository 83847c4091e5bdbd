#include "tests/support/contract_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/bytes.h"

namespace wherry::test {

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

http::Method method_of(std::string_view name) {
  for (const auto method : {http::Method::get, http::Method::head, http::Method::post, http::Method::put, http::Method::patch,
                            http::Method::delete_, http::Method::options}) {
    if (http::to_string(method) == name) return method;
  }
  throw std::logic_error("unknown method in a contract case: " + std::string(name));
}

std::string text_of(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value()); }

std::string mark(std::string_view name) { return "{{" + std::string(name) + "}}"; }

const json::object& object_in(const json::object& parent, std::string_view name) {
  static const json::object none;
  const auto* found = json::find_object(parent, name);
  return found == nullptr ? none : *found;
}

}  // namespace

const json::object& ContractCase::given() const { return object_in(spec_, "given"); }

std::string ContractCase::fill(std::string text) const {
  for (auto at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
    const auto end = text.find("}}", at);
    const auto name = text.substr(at + 2, end - at - 2);
    if (unknowns_.contains(name)) {
      at = end;
      continue;
    }
    const auto star = name.find('*');
    std::string value;
    if (star == std::string::npos) {
      value = names_.at(name);
    } else {
      const auto times = std::stoul(name.substr(star + 1));
      for (std::size_t i = 0; i < times; ++i) value += name.substr(0, star);
    }
    text.replace(at, end + 2 - at, value);
    at += value.size();
  }
  return text;
}

ContractCase::Call ContractCase::own_call(http::Headers usual) const { return call_of(object_in(spec_, "request"), std::move(usual)); }

ContractCase::Call ContractCase::call_of(const json::object& request, http::Headers usual) const {
  const auto operation = text_of(file_, "operation");
  const auto space = operation.find(' ');
  Call call;
  call.method = method_of(json::find_string(request, "method").value_or(operation.substr(0, space)));
  call.target = fill(std::string(json::find_string(request, "path").value_or(operation.substr(space + 1))));
  call.headers = std::move(usual);
  if (const auto* value = json::find(request, "json")) call.body = fill(json::serialize(*value));
  if (const auto text = json::find_string(request, "text")) call.body = fill(std::string(*text));
  if (const auto hex = json::find_string(request, "hex")) {
    const auto bytes = from_hex(*hex).value();
    call.body.assign(bytes.begin(), bytes.end());
  }
  if (!call.body.empty()) call.headers.add("Content-Type", "application/json");
  for (const auto& [name, value] : object_in(request, "headers")) {
    if (value.is_null()) {
      call.headers.remove(name);
    } else {
      call.headers.set(name, fill(std::string(value.as_string())));
    }
  }
  return call;
}

void ContractCase::expect_answer(const Reply& reply) const {
  const auto& expect = object_in(spec_, "expect");
  EXPECT_EQ(reply.status, json::find(expect, "status")->as_int64()) << reply.body;
  const auto body = fill(text_of(expect, "body"));
  const auto unknown =
      std::find_if(unknowns_.begin(), unknowns_.end(), [&](const auto& one) { return body.find(mark(one.first)) != std::string::npos; });
  if (unknown == unknowns_.end()) {
    EXPECT_EQ(reply.body, body);
  } else if (body == mark(unknown->first)) {
    EXPECT_TRUE(unknown->second.fits(reply.body)) << reply.body;
  } else {
    const auto any = body.find(mark(unknown->first));
    const auto end = any + mark(unknown->first).size();
    const auto& [length, fits] = unknown->second;
    ASSERT_EQ(reply.body.size(), body.size() - (end - any) + length) << reply.body;
    EXPECT_EQ(reply.body.substr(0, any), body.substr(0, any));
    EXPECT_TRUE(fits(reply.body.substr(any, length))) << reply.body;
    EXPECT_EQ(reply.body.substr(any + length), body.substr(end));
  }
  if (reply.body.starts_with("{\"")) EXPECT_EQ(reply.header("Content-Type"), "application/json");
  for (const auto& [name, value] : object_in(expect, "headers")) {
    if (value.is_null()) {
      EXPECT_EQ(reply.headers.count(name), 0u) << name;
    } else {
      EXPECT_EQ(reply.header(name), fill(std::string(value.as_string()))) << name;
    }
  }
}

void ContractCase::script_urls(ScriptedFetcher& fetcher) const {
  for (const auto& [url, value] : object_in(given(), "urls")) {
    const auto& answer = value.as_object();
    auto& scripted = fetcher.answers[std::string(url)];
    scripted.bytes = fill(std::string(json::find_string(answer, "bytes").value_or("")));
    scripted.fetched.content_type = json::find_string(answer, "type").value_or("");
    scripted.fetched.file_name = json::find_string(answer, "name").value_or("");
    const auto error = json::find_string(answer, "error");
    for (const auto code : all_error_codes) {
      if (error == to_string(code)) scripted.error = Error{code, "The URL is not allowed"};
    }
  }
}

void ContractCase::script_whatsapp(ScriptedUpstream& upstream) const {
  const auto whatsapp = json::find_string(given(), "whatsapp").value_or("");
  if (whatsapp == "refuses") upstream.script.push_back(refused(131026));
  if (whatsapp == "refuses the upload") upstream.script.push_back(refused(131053, ErrorCode::upload_failed));
  if (whatsapp == "does not confirm") upstream.script.push_back(SendUnknown{"reset"});
  if (whatsapp == "gives no id") {
    upstream.script.push_back(SendUnknown{"no id", std::make_shared<PeerAnswer>(PeerAnswer{200, R"({"messages":[]})"})});
  }
  for (int i = 0; whatsapp == "is not reached" && i < 100; ++i) {
    SendRefused unreached;
    unreached.retry_class = RetryClass::transient;
    unreached.error.is_transient = true;
    unreached.reason = Error{ErrorCode::upstream_unavailable, "WhatsApp was not reached"};
    upstream.script.push_back(unreached);
  }
}

void ContractCase::expect_sent(const ScriptedUpstream& upstream) const {
  const auto* expected = json::find_object(spec_, "sent");
  if (expected == nullptr) {
    EXPECT_TRUE(upstream.sent.empty()) << "something was sent";
    return;
  }
  ASSERT_FALSE(upstream.sent.empty()) << "nothing was sent";
  auto content = json::parse(content_to_json(upstream.sent.back().content)).value().as_object();
  content.erase("media");
  EXPECT_EQ(json::value(content), json::parse(fill(json::serialize(*expected))).value()) << json::serialize(content);
}

std::size_t replay_contract(const std::string& folder, const ReplayCase& replay) {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const auto parsed = json::parse(read_file(entry.path()));
    if (!parsed) throw std::logic_error(entry.path().string() + " is not JSON");
    const auto& file = parsed->as_object();
    std::set<std::string> names;
    for (const auto& spec : file.at("cases").as_array()) {
      const auto name = text_of(spec.as_object(), "name");
      SCOPED_TRACE(entry.path().filename().string() + ": " + name);
      EXPECT_TRUE(names.insert(name).second) << "two cases of one name";
      replay(file, spec.as_object());
      ++cases;
    }
  }
  return cases;
}

}  // namespace wherry::test
