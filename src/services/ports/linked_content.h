#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "domain/jid.h"
#include "domain/location.h"
#include "domain/media_kind.h"

/// What linked numbers send and receive. Text is UTF-8; times are WhatsApp's.
namespace wherry::linked {

/// The gateway's name of a linked number: 1 to 64 of A-Z a-z 0-9 _ -.
struct SessionId {
  std::string text;
  auto operator<=>(const SessionId&) const = default;
};

/// A message of a chat.
struct MessageRef {
  std::string id;             ///< WhatsApp's
  std::optional<Jid> sender;  ///< who wrote it; may be missing where from_me is set
  bool from_me = false;
  bool operator==(const MessageRef&) const = default;
};

struct Text {
  std::string text;
  bool operator==(const Text&) const = default;
};

/// Cards as vCard text (version 3.0), each with the name that is shown.
struct Contacts {
  struct Card {
    std::string name, vcard;
    bool operator==(const Card&) const = default;
  };
  std::vector<Card> cards;
  bool operator==(const Contacts&) const = default;
};

struct Poll {
  std::string name;
  std::vector<std::string> options;
  std::uint32_t selectable = 1;  ///< how many one voter may choose; 0: any number
  bool operator==(const Poll&) const = default;
};

/// A file on this machine, to be sent.
struct LocalFile {
  std::string path;       ///< absolute; read only while the call runs
  Sha256 sha256{};
  std::uint64_t size = 0;
  std::string mime_type;
  bool operator==(const LocalFile&) const = default;
};

/// A file to send, and what is shown of it. Empty and 0 members are not told.
struct OutgoingMedia {
  MediaKind kind = MediaKind::document;
  LocalFile file;
  std::string caption, file_name;
  bool voice = false;            ///< audio: a voice message
  std::uint32_t seconds = 0, width = 0, height = 0;
  std::string thumbnail;         ///< bytes of a small JPEG
  bool operator==(const OutgoingMedia&) const = default;
};

using OutgoingContent = std::variant<Text, OutgoingMedia, LocationContent, Contacts, Poll>;

/// A file that was received; LinkedTransport::download() fetches it.
struct RemoteFile {
  std::string mime_type;
  std::uint64_t size = 0;              ///< as the sender said
  std::optional<Sha256> sha256;        ///< likewise
  std::string token;  ///< opaque, at most 8 KiB; good for any later transport of the same kind. It can decrypt the file: seal it
  bool unavailable = false;  ///< it cannot be fetched
  bool operator==(const RemoteFile&) const = default;
};

/// A file that was received, and what is shown of it.
struct ReceivedMedia {
  MediaKind kind = MediaKind::document;
  RemoteFile file;
  std::string caption, file_name;
  bool voice = false;
  std::uint32_t seconds = 0, width = 0, height = 0;
  std::string thumbnail;  ///< bytes of a small JPEG; may be empty
  bool operator==(const ReceivedMedia&) const = default;
};

/// Something this gateway has no form for.
struct UnknownContent {
  std::string type;  ///< WhatsApp's word: "productMessage"
  bool operator==(const UnknownContent&) const = default;
};

using PlainContent = std::variant<Text, ReceivedMedia, LocationContent, Contacts, Poll, UnknownContent>;

/// An emoji on a message; empty took it back.
struct Reaction {
  MessageRef target;
  std::string emoji;
  bool operator==(const Reaction&) const = default;
};

/// A message got other words.
struct Edit {
  MessageRef target;
  PlainContent content;
  bool operator==(const Edit&) const = default;
};

/// A message was deleted for everyone.
struct Revoke {
  MessageRef target;
  bool operator==(const Revoke&) const = default;
};

/// The whole choice of a voter; empty took it back.
struct Vote {
  MessageRef target;  ///< the poll
  std::vector<std::string> options;  ///< by name
  bool unreadable = false;  ///< the poll is not known any more; `options` says nothing
  bool operator==(const Vote&) const = default;
};

/// A change that WhatsApp writes into a chat.
struct SystemNotice {
  std::string type;  ///< "group_subject", …
  std::vector<std::string> parameters;
  bool operator==(const SystemNotice&) const = default;
};

using ReceivedContent =
    std::variant<Text, ReceivedMedia, LocationContent, Contacts, Poll, UnknownContent, Reaction, Edit, Revoke, Vote, SystemNotice>;

}  // namespace wherry::linked
