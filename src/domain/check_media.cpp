#include "domain/check_media.h"

#include "base/overloaded.h"

namespace wherry {

void check_media(FieldCheck& check, const std::string& at, const MediaReference& media) {
  std::visit(Overloaded{[](const MediaId&) {}, [&](const MediaLink& link) { check.link(at + ".link", link.url); },
                        [&](const RemoteMedia& remote) { check.required(at + ".id", remote.id, 128); }},
             media.source);
  check.text(at + ".filename", media.file_name, 240);
}

void check_location(FieldCheck& check, const std::string& at, const LocationContent& location) {
  check.that(location.latitude >= -90 && location.latitude <= 90, at + ".latitude", "must be from -90 to 90");
  check.that(location.longitude >= -180 && location.longitude <= 180, at + ".longitude", "must be from -180 to 180");
}

void check_object(FieldCheck& check, const std::string& at, const json::object& object) {
  constexpr std::size_t most = 64 << 10;
  check.that(json::serialize(object).size() <= most, at, "has at most 65536 bytes");
}

}  // namespace wherry
