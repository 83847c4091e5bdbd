#include "api/pepipost/errors.h"
#include "api/pepipost/guard.h"
#include "api/pepipost/wire.h"

namespace wherry::api::pepipost {

namespace {

const json::object& object_of(const json::value& body) {
  static const json::object none;
  return body.is_object() ? body.get_object() : none;
}

// YYYY-MM-DD HH:MM:SS.0, in UTC.
std::string date_text(Timestamp at) {
  auto text = to_iso8601(at).substr(0, 19);
  text[10] = ' ';
  return text + ".0";
}

http::Response not_found(const WaId& number) {
  const json::object body{{"status", "failure"}, {"error", json::object{{"message", "Optin details not found for " + number.digits}}}};
  return http::json_response(200, json::serialize(body));
}

ConsentChange::Recipient read_recipient(const Fields& fields) {
  ConsentChange::Recipient one;
  one.number = read_number(fields, "recipient");
  one.source = fields.required("source", Consents::longest_source);
  one.user_agent = fields.optional("user_agent", Consents::longest_user_agent);
  one.ip = fields.optional("ip", Consents::longest_ip);
  return one;
}

std::vector<ConsentChange::Recipient> read_recipients(const Fields& fields) {
  std::vector<ConsentChange::Recipient> recipients;
  const auto* member = json::find(fields.raw(), "recipients");
  const auto* list = member == nullptr ? nullptr : member->if_array();
  if (member == nullptr || (list != nullptr && list->empty())) fields.refuse(invalid("recipients is required."));
  if (list == nullptr) fields.refuse(invalid("recipients must be an array."));
  if (list != nullptr && list->size() > Consents::most_at_once) fields.refuse(invalid("recipients can hold at most 1000 elements."));
  for (std::size_t i = 0; !fields.failed() && i < list->size(); ++i) {
    const auto* one = (*list)[i].if_object();
    if (one == nullptr) {
      fields.refuse(invalid("recipients must hold objects."));
    } else {
      recipients.push_back(read_recipient(fields.of(*one)));
    }
  }
  return recipients;
}

Answer<ConsentChange> parse_change(const json::value& body, TenantId tenant) {
  std::optional<Refusal> refusal;
  const Fields fields(object_of(body), refusal);
  ConsentChange change;
  change.tenant = tenant;
  const auto type = fields.required("type", 64);
  if (!fields.failed()) fields.one_of("type", type, {"optin", "optout"}, "optin or optout");
  change.opted_in = type == "optin";
  change.repeated = RepeatedOptIn::refused;
  change.recipients = read_recipients(fields);
  if (refusal) return std::move(*refusal);
  return change;
}

}  // namespace

Task<Answer<http::Response>> find_consent(const PepipostServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_json(request));
  std::optional<Refusal> refusal;
  const auto number = read_number(Fields(object_of(body), refusal), "phone_number");
  if (refusal) co_return std::move(*refusal);
  auto found = co_await services.consents.find(caller.tenant, number);
  if (!found) co_return refusal_of(found.error());
  if (!*found || !(*found)->opted_in) co_return not_found(number);
  const auto& consent = **found;
  json::object data{{"ip", consent.ip},
                    {"phone_number", number.digits},
                    {"optin_source", consent.source},
                    {"user_agent", consent.user_agent},
                    {"created_date", date_text(consent.since)}};
  co_return success({{"data", std::move(data)}});
}

Task<Answer<http::Response>> manage_consents(const PepipostServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_json(request));
  CO_TRY(auto change, parse_change(body, caller.tenant));
  const bool opted_in = change.opted_in;
  auto changed = co_await services.consents.change(std::move(change));
  if (!changed) co_return refusal_of(changed.error());
  co_return success({{"message", opted_in ? "Optin successfully added." : "Optout successfully added."}});
}

}  // namespace wherry::api::pepipost
