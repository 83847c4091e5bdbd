#include "upstream/cloud_api/channel_check.h"

#include "upstream/cloud_api/graph_answer.h"

namespace wherry::cloud_api {

namespace {

using enum ChannelFinding::Severity;

constexpr std::string_view number_fields =
    "?fields=id,display_phone_number,verified_name,quality_rating,status,throughput,code_verification_status,platform_type";

std::string text_of(const json::object& parent, std::string_view name) { return std::string(json::find_string(parent, name).value_or("")); }

void judge_status(const std::string& status, std::vector<ChannelFinding>& findings) {
  if (status.empty() || status == "CONNECTED") return;
  auto fix = std::string("look at the number in WhatsApp Manager");
  auto severity = problem;
  if (status == "PENDING" || status == "DISCONNECTED" || status == "UNVERIFIED") {
    fix = "register the number: POST /{phone_number_id}/register with its PIN";
  } else if (status == "FLAGGED" || status == "RESTRICTED" || status == "RATE_LIMITED") {
    fix = "quality is low: send less and only what customers want, until the rating recovers";
    severity = warning;
  } else if (status == "BANNED") {
    fix = "appeal in Business Support Home; the number cannot send";
  } else if (status == "MIGRATED" || status == "DELETED") {
    fix = "the number has left this account: remove the channel, or give it the new phone_number_id";
  }
  findings.push_back({severity, "the number's status is " + status, fix});
}

void judge_throughput(const Channel& channel, const json::object& number, std::vector<ChannelFinding>& findings) {
  const auto* throughput = json::find_object(number, "throughput");
  const auto level = throughput == nullptr ? std::string() : text_of(*throughput, "level");
  const std::uint32_t allowed = level == "HIGH" ? 1000 : level == "STANDARD" ? 80 : 0;
  if (allowed == 0 || channel.messages_per_second == allowed) return;
  const auto set_to = "set messages_per_second to " + std::to_string(allowed);
  if (channel.messages_per_second == 0 || channel.messages_per_second > allowed) {
    findings.push_back({warning, "the channel may send faster than the number's throughput of " + std::to_string(allowed) + " messages/s",
                        set_to + ", or WhatsApp refuses the excess with 130429"});
  } else if (channel.messages_per_second != 20) {  // 20 is the pace of a number shared with the WhatsApp Business app
    findings.push_back(
        {warning, "the channel sends slower than the number's throughput of " + std::to_string(allowed) + " messages/s", set_to});
  }
}

}  // namespace

ChannelFinding judge_error(const UpstreamError& error) {
  const auto said = error.title.empty() ? "HTTP " + std::to_string(error.http_status) : error.title;
  if (error.code == 190 || error.code == 104 || (error.code == 0 && error.http_status == 401)) {
    if (error.subcode == 463)
      return {problem, "the access token has expired", "make a system user token that does not expire and set it as access_token"};
    return {problem, "the access token is not accepted: " + said, "set a valid access_token with whatsapp_business_messaging"};
  }
  if (error.code == 33 || (error.code == 100 && error.subcode == 33)) {
    return {problem, "the phone_number_id does not exist, or the token may not see it",
            "compare phone_number_id with WhatsApp Manager, and give the token's user access to the account"};
  }
  if (error.code == 3 || error.code == 10 || (error.code >= 200 && error.code <= 299)) {
    return {problem, "the access token lacks a permission: " + said, "grant whatsapp_business_messaging and whatsapp_business_management"};
  }
  if (error.code == 368 || error.code == 131031) return {problem, "the account is blocked: " + said, "see Business Support Home"};
  const auto retry_class = retry_class_of(error);
  if (retry_class == RetryClass::throttled || retry_class == RetryClass::transient) {
    return {warning, "WhatsApp could not answer: " + said, "check again in a few minutes"};
  }
  return {problem, "WhatsApp refused the check: " + said,
          "see code " + std::to_string(error.code) + " in Meta's error reference; check graph_url and graph_version"};
}

std::vector<ChannelFinding> judge_number(const Channel& channel, const json::object& number) {
  std::vector<ChannelFinding> findings;
  const auto id = text_of(number, "id");
  if (id != channel.phone_number_id) findings.push_back({problem, "Graph answered for another id", "check graph_url and phone_number_id"});

  const auto shown = text_of(number, "display_phone_number");
  const auto meta_number = parse_wa_id(shown);
  if (meta_number && contact_key(*meta_number) != contact_key(WaId{channel.display_number})) {
    findings.push_back({warning, "the number is " + meta_number->digits + ", the channel says " + channel.display_number,
                        "check that phone_number_id is the right one, then add the channel with the right display_number"});
  }
  judge_status(text_of(number, "status"), findings);

  const auto platform = text_of(number, "platform_type");
  if (!platform.empty() && platform != "CLOUD_API") {
    findings.push_back({problem, "the number is not on the Cloud API (" + platform + ")", "register the number with the Cloud API"});
  }
  const auto verification = text_of(number, "code_verification_status");
  if (verification == "NOT_VERIFIED" || verification == "EXPIRED") {
    findings.push_back({warning, "the number's verification is " + verification,
                        "verify the number again in WhatsApp Manager before it is registered anew"});
  }
  const auto quality = text_of(number, "quality_rating");
  if (quality == "RED" || quality == "YELLOW") {
    findings.push_back(
        {warning, "the quality rating is " + quality, "customers block or report messages: send less and more relevant ones"});
  }
  judge_throughput(channel, number, findings);
  if (findings.empty()) {
    const auto name = text_of(number, "verified_name");
    findings.push_back({ok, "the number " + shown + (name.empty() ? "" : " (" + name + ")") + " can send", ""});
  }
  return findings;
}

namespace {

ChannelFinding not_reached(const Error& error) {
  return {problem, "WhatsApp was not reached: " + std::string(to_string(error.code)), "check the network, DNS, TLS and graph_url"};
}

Task<ChannelFinding> check_subscription(http::Client& client, Timeouts timeouts, std::shared_ptr<const Channel> channel) {
  auto request = graph_request(*channel, http::Method::get, channel->waba_id + "/subscribed_apps", timeouts.lookup);
  auto response = co_await ask_graph(client, channel, std::move(request));
  if (!response) co_return not_reached(response.error());
  if (response->status != 200) {
    const auto error = error_of(*response);
    co_return ChannelFinding{warning, "the webhook subscription could not be read: " + error.title,
                             "check waba_id, and grant whatsapp_business_management to see the subscription"};
  }
  const auto answer = parse_object(response->body);
  const auto* apps = answer ? json::find_array(*answer, "data") : nullptr;
  if (apps == nullptr) co_return ChannelFinding{warning, "the webhook subscription could not be read", "check graph_url and waba_id"};
  if (apps->empty()) {
    co_return ChannelFinding{problem, "no app is subscribed to the account: nothing customers write will arrive",
                             "POST /{waba_id}/subscribed_apps with the app's token, and set the callback to /webhooks/meta"};
  }
  co_return ChannelFinding{ok, "an app is subscribed to the account's webhooks", ""};
}

}  // namespace

Task<std::vector<ChannelFinding>> check_channel(http::Client& client, Timeouts timeouts, std::shared_ptr<const Channel> channel) {
  std::vector<ChannelFinding> findings;
  auto request = graph_request(*channel, http::Method::get, channel->phone_number_id + std::string(number_fields), timeouts.lookup);
  auto response = co_await ask_graph(client, channel, std::move(request));
  if (!response) {
    findings.push_back(not_reached(response.error()));
    co_return findings;
  }
  const auto number = parse_object(response->body);
  if (response->status != 200 || !number) {
    findings.push_back(judge_error(error_of(*response)));
    co_return findings;
  }
  findings = judge_number(*channel, *number);
  auto subscription = co_await check_subscription(client, timeouts, channel);
  findings.push_back(std::move(subscription));
  co_return findings;
}

}  // namespace wherry::cloud_api
