#pragma once

#include <string>

#include "api/pipes/routes.h"
#include "api/pipes/ws_frame.h"

namespace wherry::api::pipes {

/// Who is connected, and what they may see and answer.
struct SocketScope {
  TenantId tenant;
  KeyId key;
  std::optional<ConversationId> conversation;  ///< conversation scope
  std::optional<ChannelId> channel;            ///< filter of a user scope
  bool may_send = true;                        ///< the key's scopes
};

/// A reply whose fields are right, on its way to WhatsApp.
struct Reply {
  std::string conversation_id;  ///< as the client wrote it, for the status
  ConversationId conversation;
  std::string pool_number_id;
  std::string to_number;
  Content content;                       ///< of a file: no media id yet
  std::unique_ptr<MediaValue> file;
  std::optional<Error> file_trouble;
  std::string mime_type;
  std::string file_name;
};

/// Whether the frame asks for something to be sent.
bool is_reply(const ClientFrame& frame);
/// Checks what can be checked without looking anything up. Errors: permission_denied (outside a conversation scope), invalid_argument;
/// not_found when the id is none of ours: to be met with silence.
Result<Reply> check_reply(ClientFrame frame, const SocketScope& scope);
/// Sends it and gives the status frame; empty when the conversation is unknown or foreign, which is met with silence.
Task<std::string> carry_out(const PipesServices& services, SocketScope scope, Reply reply);

std::string status_sent(std::string_view conversation_id, std::string_view wamid);
std::string status_failed(std::string_view conversation_id, const Error& error);

}  // namespace wherry::api::pipes
