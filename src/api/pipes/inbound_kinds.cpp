#include "api/pipes/inbound_kinds.h"

#include "domain/object_reader.h"

namespace wherry::api::pipes {

std::optional<json::object> location_object(const json::object& raw) {
  const auto* given = json::find_object(raw, "location");
  if (given == nullptr) return std::nullopt;
  std::optional<Error> failure;
  const ObjectReader in(*given, "", failure);
  json::object location{{"latitude", in.number("latitude")}, {"longitude", in.number("longitude")}};
  if (failure) return std::nullopt;
  for (const auto* name : {"name", "address"}) {
    if (const auto text = json::find_string(*given, name)) location[name] = *text;
  }
  return location;
}

std::optional<ReactionContent> reaction_in(const json::object& raw) {
  const auto* given = json::find_object(raw, "reaction");
  const auto target = given == nullptr ? std::nullopt : json::find_string(*given, "message_id");
  if (!target) return std::nullopt;
  return ReactionContent{std::string(*target), std::string(json::find_string(*given, "emoji").value_or(""))};
}

}  // namespace wherry::api::pipes
