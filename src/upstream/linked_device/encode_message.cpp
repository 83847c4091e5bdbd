#include "base/bytes.h"
#include "base/overloaded.h"
#include "upstream/linked_device/encode.h"
#include "upstream/linked_device/words.h"

namespace wherry::linked {

namespace {

json::object encode_ref(const MessageRef& ref) {
  json::object fields{{"id", ref.id}, {"from_me", ref.from_me}};
  if (ref.sender) fields["sender"] = ref.sender->text();
  return fields;
}

json::object encode_media(const OutgoingMedia& media, const std::string& shared_path) {
  json::object file{
      {"path", shared_path}, {"sha256", to_hex(media.file.sha256)}, {"size", media.file.size}, {"mimetype", media.file.mime_type}};
  json::object fields{{"kind", word_of(media.kind)}, {"media", std::move(file)}};
  if (!media.caption.empty()) fields["caption"] = media.caption;
  if (!media.file_name.empty()) fields["file_name"] = media.file_name;
  if (media.voice) fields["voice"] = true;
  if (media.seconds > 0) fields["seconds"] = media.seconds;
  if (media.width > 0) fields["width"] = media.width;
  if (media.height > 0) fields["height"] = media.height;
  if (!media.thumbnail.empty()) fields["thumbnail"] = to_base64(as_bytes(media.thumbnail));
  return fields;
}

json::object encode_location(const LocationContent& place) {
  json::object fields{{"kind", "location"}, {"latitude", place.latitude}, {"longitude", place.longitude}};
  if (!place.name.empty()) fields["name"] = place.name;
  if (!place.address.empty()) fields["address"] = place.address;
  return fields;
}

json::object encode_contacts(const Contacts& contacts) {
  json::array cards;
  for (const auto& card : contacts.cards) cards.push_back({{"name", card.name}, {"vcard", card.vcard}});
  return {{"kind", "contacts"}, {"contacts", std::move(cards)}};
}

json::object encode_poll(const Poll& poll) {
  return {{"kind", "poll"},
          {"name", poll.name},
          {"options", json::array(poll.options.begin(), poll.options.end())},
          {"selectable", poll.selectable}};
}

json::object encode_content(const OutgoingContent& content, const std::string& shared_path) {
  return std::visit(Overloaded{
                        [](const Text& text) -> json::object { return {{"kind", "text"}, {"text", text.text}}; },
                        [&](const OutgoingMedia& media) { return encode_media(media, shared_path); },
                        [](const LocationContent& place) { return encode_location(place); },
                        [](const Contacts& contacts) { return encode_contacts(contacts); },
                        [](const Poll& poll) { return encode_poll(poll); },
                    },
                    content);
}

}  // namespace

json::object encode_send(const OutgoingMessage& message, const std::string& shared_path) {
  json::object fields{
      {"message_id", message.message_id}, {"to", message.to.text()}, {"content", encode_content(message.content, shared_path)}};
  if (message.reply_to) fields["reply_to"] = encode_ref(*message.reply_to);
  if (!message.mentions.empty()) fields["mentions"] = encode_jids(message.mentions);
  if (message.typing) fields["typing"] = json::object{{"state", word_of(message.typing->state)}, {"ms", message.typing->duration.count()}};
  return fields;
}

json::object encode_edit(const OutgoingEdit& edit) {
  json::object fields{{"message_id", edit.message_id}, {"chat", edit.chat.text()}};
  fields["target"] = json::object{{"id", edit.target}};
  fields["text"] = edit.text;
  if (!edit.mentions.empty()) fields["mentions"] = encode_jids(edit.mentions);
  return fields;
}

json::object encode_revoke(const OutgoingRevoke& revoke) {
  return {{"message_id", revoke.message_id}, {"chat", revoke.chat.text()}, {"target", encode_ref(revoke.target)}};
}

json::object encode_reaction(const OutgoingReaction& reaction) {
  return {{"message_id", reaction.message_id},
          {"chat", reaction.chat.text()},
          {"target", encode_ref(reaction.target)},
          {"emoji", reaction.emoji}};
}

json::object encode_vote(const OutgoingVote& vote) {
  return {{"message_id", vote.message_id},
          {"chat", vote.chat.text()},
          {"target", encode_ref(vote.target)},
          {"options", json::array(vote.options.begin(), vote.options.end())}};
}

json::object encode_forward(const OutgoingForward& forward) {
  json::object fields{{"message_id", forward.message_id}};
  fields["source"] = json::object{{"chat", forward.source_chat.text()}, {"id", forward.source_id}};
  fields["to"] = forward.to.text();
  return fields;
}

}  // namespace wherry::linked
