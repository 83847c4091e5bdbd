#include "upstream/cloud_api/graph_answer.h"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/stream_parser.hpp>
#include <limits>

namespace wherry::cloud_api {

namespace {

constexpr std::size_t max_kept_text = 1024;

// At most so many bytes, whole characters.
std::string cut(std::string_view text, std::size_t longest) {
  auto end = std::min(text.size(), longest);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::string kept(std::optional<std::string_view> text) { return text ? cut(*text, max_kept_text) : std::string(); }

int int_member(const json::object& parent, std::string_view name) {
  const auto* member = json::find(parent, name);
  if (member == nullptr || !member->is_int64()) return 0;
  const auto number = member->get_int64();
  return number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max() ? static_cast<int>(number) : 0;
}

std::string_view without_code_prefix(std::string_view message) {
  if (!message.starts_with("(#")) return message;
  const auto end = message.find(')');
  if (end == std::string_view::npos || end > 16) return message;
  message.remove_prefix(end + 1);
  while (message.starts_with(' ')) message.remove_prefix(1);
  return message;
}

std::optional<UpstreamError> graph_error_in(const json::object& body, int http_status) {
  const auto* envelope = json::find_object(body, "error");
  if (envelope == nullptr) return std::nullopt;
  const auto* code = json::find(*envelope, "code");
  if (code == nullptr || !code->is_int64()) return std::nullopt;
  UpstreamError error;
  error.code = int_member(*envelope, "code");
  error.subcode = int_member(*envelope, "error_subcode");
  error.http_status = http_status;
  error.title = kept(without_code_prefix(json::find_string(*envelope, "message").value_or("")));
  if (const auto* data = json::find_object(*envelope, "error_data")) error.details = kept(json::find_string(*data, "details"));
  error.fbtrace_id = kept(json::find_string(*envelope, "fbtrace_id"));
  const auto* transient = json::find(*envelope, "is_transient");
  error.is_transient = transient != nullptr && transient->is_bool() && transient->get_bool();
  return error;
}

/// Parses into a buffer on the stack: an answer to a send is about 300 bytes.
template <class Use>
auto with_parsed_object(std::string_view body, Use use) -> decltype(use(static_cast<const json::object*>(nullptr))) {
  unsigned char space[4096];
  boost::json::monotonic_resource memory(space);
  boost::json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code failure;
  const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), failure, &memory, options);
  return use(failure ? nullptr : value.if_object());
}

std::optional<SendAccepted> accepted_in(const json::object& body) {
  const auto* messages = json::find_array(body, "messages");
  if (messages == nullptr || messages->empty() || !messages->front().is_object()) return std::nullopt;
  const auto id = json::find_string(messages->front().get_object(), "id");
  if (!id || id->empty() || id->size() > max_kept_text) return std::nullopt;
  SendAccepted accepted{std::string(*id), std::nullopt};
  const auto* contacts = json::find_array(body, "contacts");
  if (contacts != nullptr && !contacts->empty() && contacts->front().is_object()) {
    const auto wa_id = json::find_string(contacts->front().get_object(), "wa_id");
    if (wa_id && !wa_id->empty()) accepted.wa_id = kept(wa_id);
  }
  return accepted;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto found = std::search(text.begin(), text.end(), word.begin(), word.end(), [&](char a, char b) { return lower(a) == lower(b); });
  return found != text.end();
}

bool mentions(const UpstreamError& error, std::string_view word) {
  return contains_ignoring_case(error.title, word) || contains_ignoring_case(error.details, word);
}

SendOutcome meaning_of(const http::ClientResponse& response) {
  const int status = response.status;
  return with_parsed_object(response.body, [status](const json::object* body) -> SendOutcome {
    const bool success = status >= 200 && status < 300;
    if (success && body != nullptr) {
      if (auto accepted = accepted_in(*body)) return std::move(*accepted);
    }
    if (body != nullptr) {
      if (auto error = graph_error_in(*body, status)) return refusal(std::move(*error), Step::send);
    }
    if (success) return SendUnknown{"HTTP " + std::to_string(status) + " without a message id"};
    if (status >= 500) return SendUnknown{"HTTP " + std::to_string(status) + " without a Graph error"};
    UpstreamError plain;
    plain.http_status = status;
    plain.title = "HTTP " + std::to_string(status) + " without a Graph error";
    return refusal(std::move(plain), Step::send);
  });
}

}  // namespace

std::optional<UpstreamError> parse_graph_error(int http_status, std::string_view body) {
  return with_parsed_object(body, [&](const json::object* object) {
    return object == nullptr ? std::optional<UpstreamError>() : graph_error_in(*object, http_status);
  });
}

UpstreamError error_of(const http::ClientResponse& response) {
  auto error = parse_graph_error(response.status, response.body);
  if (error) return *error;
  UpstreamError plain;
  plain.http_status = response.status;
  plain.title = "HTTP " + std::to_string(response.status) + " without a Graph error";
  return plain;
}

std::optional<json::object> parse_object(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

SendOutcome decode_send(const http::ClientResponse& response) {
  auto outcome = meaning_of(response);
  if (auto* refused = std::get_if<SendRefused>(&outcome)) refused->reason.peer_answer = answer_of(response);
  if (auto* unknown = std::get_if<SendUnknown>(&outcome)) unknown->peer_answer = answer_of(response);
  return outcome;
}

std::shared_ptr<const PeerAnswer> answer_of(const http::ClientResponse& response) {
  return std::make_shared<PeerAnswer>(PeerAnswer{response.status, cut(response.body, PeerAnswer::longest)});
}

SendOutcome outcome_of(const Error& error) {
  const bool nothing_written = error.code == ErrorCode::upstream_unavailable || error.code == ErrorCode::cancelled ||
                               error.code == ErrorCode::invalid_argument || error.code == ErrorCode::url_blocked;
  if (!nothing_written) return SendUnknown{std::string(to_string(error.code)) + ": " + error.detail};
  SendRefused refused;
  const bool wrong_address = error.code == ErrorCode::invalid_argument || error.code == ErrorCode::url_blocked;
  refused.retry_class = wrong_address ? RetryClass::account : RetryClass::transient;
  refused.reason = Error{ErrorCode::upstream_unavailable, "WhatsApp was not reached", error.message + " " + error.detail};
  return refused;
}

SendRefused refusal(UpstreamError error, Step step) {
  SendRefused refused;
  refused.retry_class = retry_class_of(error);
  const bool may_pass = refused.retry_class == RetryClass::throttled || refused.retry_class == RetryClass::transient;
  std::string text = step == Step::upload ? "WhatsApp did not take the file"
                     : may_pass           ? "WhatsApp is throttling or in trouble"
                                          : "WhatsApp refused the message";
  if (!error.title.empty()) text += ": " + error.title;
  if (!error.details.empty() && error.details != error.title) text += " (" + error.details + ")";
  auto code = may_pass ? ErrorCode::upstream_unavailable : ErrorCode::rejected;
  if (step == Step::upload) code = ErrorCode::upload_failed;
  refused.reason = Error{code, std::move(text), "fbtrace_id " + error.fbtrace_id};
  refused.error = std::move(error);
  return refused;
}

bool media_is_gone(const UpstreamError& error, std::string_view remote_id) {
  if (error.code == 131053) return true;
  if (error.code == 33) return mentions(error, remote_id);
  if (error.code != 100 && error.code != 131009) return false;
  if (mentions(error, remote_id)) return true;
  // Without an id in the text, 33 of a send that named a file is taken for the file: the worst case is one upload too many.
  if (error.subcode == 33) return !mentions(error, "object with id");
  return mentions(error, "media") || mentions(error, "attachment");
}

}  // namespace wherry::cloud_api
