// A message in the words of linked devices, and what became of it in those of the outbox.

#include "services/sessions/linked_outgoing.h"
#include "services/sessions/linked_upstream.h"
#include "services/sessions/session_status.h"

namespace wherry {

namespace {

Error cannot_send(std::string_view what) { return {ErrorCode::invalid_argument, std::string(what) + " cannot be sent by a linked number"}; }

std::optional<Jid> address_of(const ContactIdentity& who) {
  if (who.wa_id) return Jid::of(*who.wa_id);
  return who.bsuid ? Jid::parse(*who.bsuid) : std::nullopt;
}

}  // namespace

// One message on its way.
struct LinkedUpstream::Letter {
  std::shared_ptr<const Channel> channel;
  linked::SessionId session;
  Message message;
  Jid to;
  std::vector<std::string> chats;  ///< under which the conversation's messages may be kept
  std::vector<OutboundFile> files;
  bool shows_typing = false;
};

// A quote or a reaction names the author. Who wrote what is forgotten can only be the other one, and in a group nobody knows.
Task<Result<linked::MessageRef>> LinkedUpstream::reference(const Letter& letter, std::string message_id) {
  auto chats = letter.chats;
  CO_TRY(const auto author, co_await store_.find_author(letter.channel->id, std::move(chats), message_id));
  linked::MessageRef ref{std::move(message_id), std::nullopt, false};
  if (author && author->empty()) ref.from_me = true;
  else if (author) ref.sender = Jid::parse(*author);
  else if (letter.to.is_person()) ref.sender = letter.to;
  co_return ref;
}

Task<linked::SendOutcome> LinkedUpstream::hand_over(Letter letter) {
  auto& message = letter.message;
  if (const auto* reaction = std::get_if<ReactionContent>(&message.content)) {
    auto target = co_await reference(letter, reaction->message_id);
    if (!target) co_return linked::refused_here(target.error());
    linked::OutgoingReaction out{message.wamid, letter.to, std::move(*target), reaction->emoji};
    co_return co_await transport_.react(letter.session, std::move(out));
  }
  if (const auto* forward = std::get_if<ForwardContent>(&message.content)) {
    auto chat = Jid::parse(forward->chat);
    if (!chat) co_return linked::refused_here(cannot_send("a message of an unknown chat"));
    linked::OutgoingForward out{message.wamid, std::move(*chat), forward->message_id, letter.to};
    co_return co_await transport_.forward(letter.session, std::move(out));
  }
  auto content = linked::outgoing_content(message.content, letter.files);
  if (!content) co_return linked::refused_here(content.error());
  linked::OutgoingMessage out{message.wamid, letter.to, std::move(*content), std::nullopt, linked::mentions_of(message.content),
                              std::nullopt};
  if (!message.reply_to.empty()) {
    auto quoted = co_await reference(letter, message.reply_to);
    if (!quoted) co_return linked::refused_here(quoted.error());
    out.reply_to = std::move(*quoted);
  }
  if (letter.shows_typing) out.typing = linked::typing_before(message.content);
  co_return co_await transport_.send(letter.session, std::move(out));
}

Task<SendOutcome> LinkedUpstream::send(std::shared_ptr<const Channel> channel, Message message, ContactIdentity to,
                                       std::vector<OutboundFile> files) {
  const auto session = table_.find(channel->id);
  auto address = address_of(to);
  if (!session || !address)
    co_return linked::to_outcome(linked::refused_here({ErrorCode::rejected, "nobody to send to, or nobody to send"}));
  auto wamid = message.wamid;
  std::vector<std::string> chats{address->text()};
  if (to.wa_id && to.bsuid) chats.push_back(*to.bsuid);
  linked::SessionId name{channel->id.text()};
  Letter letter{std::move(channel),
                std::move(name),
                std::move(message),
                std::move(*address),
                std::move(chats),
                std::move(files),
                session->settings.presence_typing};
  auto outcome = co_await hand_over(std::move(letter));
  co_return linked::to_outcome(std::move(outcome), std::move(wamid));
}

Result<void> LinkedUpstream::ready(const Channel& channel) const {
  const auto session = table_.find(channel.id);
  if (!session) return Error{ErrorCode::conflict, "The session was removed"};
  const auto status = status_of(session->state.state);
  if (status == SessionStatus::working) return {};
  return Error{ErrorCode::conflict, "The session is " + std::string(to_string(status)) + ", so it cannot send now"};
}

}  // namespace wherry
