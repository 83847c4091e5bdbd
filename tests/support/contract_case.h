#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/json.h"
#include "tests/support/door_world.h"

namespace wherry::test {

/// One case of tests/contract/<door>/*.json: a state, a request, and the exact answer. A door's own kind of case adds what its state is
/// made of and what it looks at besides the answer.
class ContractCase {
 public:
  ContractCase(const json::object& file, const json::object& spec) : file_(file), spec_(spec) {}
  virtual ~ContractCase() = default;

 protected:
  struct Call {
    http::Method method;
    std::string target;
    http::Headers headers;
    std::string body;
  };

  /// What the file's operation and a "request" ask for; its "headers" replace the usual ones, null takes one away.
  Call call_of(const json::object& request, http::Headers usual) const;
  /// The case's own request.
  Call own_call(http::Headers usual) const;
  /// Status, body and the headers that are listed.
  void expect_answer(const Reply& reply) const;

  /// {{name}} is replaced by what it stands for, {{x*3}} by xxx.
  std::string fill(std::string text) const;
  const json::object& spec() const { return spec_; }
  const json::object& given() const;
  /// Asks the scripted web for the URLs that are given.
  void script_urls(ScriptedFetcher& fetcher) const;
  /// What WhatsApp makes of the next message: "refuses", "refuses the upload", "does not confirm", "gives no id", "is not reached".
  void script_whatsapp(ScriptedUpstream& upstream) const;
  /// The content that reached WhatsApp, less the file's id, is that of "sent"; without it nothing did.
  void expect_sent(const ScriptedUpstream& upstream) const;

  std::map<std::string, std::string> names_;
  /// {{name}} for a text that nobody can know: how long it is, and whether one will do. One in a body, or
  /// all of it, and then the length does not count.
  struct Unknown {
    std::size_t length;
    std::function<bool(std::string_view)> fits;
  };
  std::map<std::string, Unknown> unknowns_;

 private:
  const json::object& file_;
  const json::object& spec_;
};

using ReplayCase = std::function<void(const json::object& file, const json::object& spec)>;
/// Calls `replay` for each case in the folder. Gives how many there were.
std::size_t replay_contract(const std::string& folder, const ReplayCase& replay);

}  // namespace wherry::test
