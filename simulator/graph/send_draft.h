#pragma once

#include <string>
#include <string_view>

#include "simulator/graph/call.h"
#include "simulator/graph/checks.h"

namespace wherry::sim {

/// A send while it is being checked.
struct SendDraft {
  const json::object* body = nullptr;
  Registry<Number>::Ptr number;
  std::string input;                ///< `to` or `recipient` as written
  std::string wa_id;                ///< digits
  std::string bsuid;                ///< when addressed by it
  std::string group_id;
  std::string_view type;
  const json::object* content = nullptr;  ///< the object named like the type; null for contacts
  Registry<Template>::Ptr template_;
  std::string rendered;
  bool voice = false;
  bool otp_template = false;
  Registry<MediaItem>::Ptr media;         ///< of a media message by id
  Failure late;                           ///< what an accepted message will fail with, found while its content was checked
};

/// The message types this surface knows, as the error text lists them.
bool is_message_type(std::string_view type);

/// messaging_product, recipient, type and the object of the type; fills the draft.
Failure check_envelope(const Call& call, SendDraft& draft);

/// The content by its type: required values, lengths, counts, structure, media ids.
Failure check_content(const Call& call, SendDraft& draft);
Failure check_interactive(const Call& call, SendDraft& draft);
/// One media object {id | link}: of a message, a header or a template parameter. `kind` is image, video, …
Failure check_media(const Call& call, SendDraft& draft, const json::object& media, const ParamPath& at, std::string_view kind);

/// The shape of the `template` object: name, language, components.
Failure check_template_shape(const SendDraft& draft);
/// Existence, status and parameters against the stored template; renders its text.
Failure check_template(const Call& call, SendDraft& draft);

/// What an accepted message will fail with, by the state of user, window and portfolio.
Failure late_failure(const Call& call, const SendDraft& draft, bool in_window);

}  // namespace wherry::sim
