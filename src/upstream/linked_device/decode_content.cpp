#include "upstream/linked_device/decode_content.h"

#include "base/bytes.h"
#include "base/overloaded.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

UnknownContent unknown(std::string type) { return UnknownContent{std::move(type)}; }

RemoteFile decode_file(const Fields& media) {
  RemoteFile file;
  file.mime_type = media.text("mimetype");
  file.size = static_cast<std::uint64_t>(media.number("size", 0, 1e15));
  const auto sha256 = from_hex(media.text("sha256"));
  if (sha256 && sha256->size() == Sha256().size()) {
    file.sha256.emplace();
    std::copy(sha256->begin(), sha256->end(), file.sha256->begin());
  }
  if (const auto token = media.object("token")) file.token = json::serialize(token->raw());
  file.unavailable = media.flag("unavailable") || file.token.empty() || file.token.size() > max_token_bytes;
  if (file.unavailable) file.token.clear();
  return file;
}

ReceivedContent decode_media(MediaKind kind, const Fields& content) {
  const auto media = content.object("media");
  if (!media) return unknown(std::string(word_of(kind)));
  const auto thumbnail = from_base64(content.text("thumbnail"));
  ReceivedMedia received;
  received.kind = kind;
  received.file = decode_file(*media);
  received.caption = content.text("caption");
  received.file_name = content.text("file_name");
  received.voice = content.flag("voice");
  received.seconds = content.count("seconds");
  received.width = content.count("width");
  received.height = content.count("height");
  if (thumbnail) received.thumbnail.assign(thumbnail->begin(), thumbnail->end());
  return received;
}

ReceivedContent decode_contacts(const Fields& content) {
  Contacts contacts;
  content.each("contacts", [&](const Fields& card) { contacts.cards.push_back({card.text("name"), card.text("vcard")}); });
  return contacts;
}

ReceivedContent decode_location(const Fields& content) {
  LocationContent place;
  place.latitude = content.maybe_number("latitude", -90, 90).value_or(0);
  place.longitude = content.maybe_number("longitude", -180, 180).value_or(0);
  place.name = content.text("name");
  place.address = content.text("address");
  return place;
}

ReceivedContent decode_edit(MessageRef target, const Fields& content) {
  const auto inner = content.object("content");
  if (!inner) return unknown("edit");
  auto decoded = decode_content(*inner);
  return std::visit(
      [&](auto&& plain) -> ReceivedContent {
        using Kind = std::decay_t<decltype(plain)>;
        if constexpr (std::is_constructible_v<PlainContent, Kind>) return Edit{std::move(target), std::forward<decltype(plain)>(plain)};
        else return unknown("edit");  // of an edit, a vote, …: nobody sees such a thing
      },
      std::move(decoded));
}

ReceivedContent decode_about(const std::string& kind, MessageRef target, const Fields& content) {
  if (kind == "reaction") return Reaction{std::move(target), content.text("emoji")};
  if (kind == "edit") return decode_edit(std::move(target), content);
  if (kind == "revoke") return Revoke{std::move(target)};
  return Vote{std::move(target), content.texts("options"), content.flag("unreadable")};
}

bool is_about_another(const std::string& kind) { return kind == "reaction" || kind == "edit" || kind == "revoke" || kind == "vote"; }

}  // namespace

std::optional<MessageRef> decode_ref(const Fields& ref) {
  MessageRef read{ref.text("id"), ref.jid("sender"), ref.flag("from_me")};
  if (read.id.empty() || read.id.size() > max_foreign_id_bytes) return std::nullopt;
  return read;
}

ReceivedContent decode_content(const Fields& content) {
  const auto kind = content.text("kind");
  if (kind == "text") return Text{content.text("text")};
  if (const auto media = from_word<MediaKind>(kind)) return decode_media(*media, content);
  if (kind == "location") return decode_location(content);
  if (kind == "contacts") return decode_contacts(content);
  if (kind == "poll") return Poll{content.text("name"), content.texts("options"), content.count("selectable")};
  if (kind == "system") return SystemNotice{content.text("type"), content.texts("parameters")};
  if (kind == "unknown") return unknown(content.text("type"));
  if (!is_about_another(kind)) return unknown(kind);
  const auto target = content.object("target");
  auto ref = target ? decode_ref(*target) : std::nullopt;
  if (!ref) return unknown(kind);
  return decode_about(kind, std::move(*ref), content);
}

}  // namespace wherry::linked
