#include "services/ports/linked_transport.h"

namespace wherry::linked {

std::string_view to_string(Refusal reason) {
  switch (reason) {
    case Refusal::not_running: return "not_running";
    case Refusal::not_paired: return "not_paired";
    case Refusal::not_connected: return "not_connected";
    case Refusal::bad_request: return "bad_request";
    case Refusal::not_found: return "not_found";
    case Refusal::conflict: return "conflict";
    case Refusal::restricted: return "restricted";
    case Refusal::bad_addressing: return "bad_addressing";
    case Refusal::not_allowed: return "not_allowed";
    case Refusal::not_acceptable: return "not_acceptable";
    case Refusal::rate: return "rate";
    case Refusal::refused: return "refused";
    case Refusal::too_large: return "too_large";
    case Refusal::media: return "media";
    case Refusal::busy: return "busy";
    case Refusal::store: return "store";
    case Refusal::unsupported: return "unsupported";
    case Refusal::internal: return "internal";
  }
  return "internal";
}

}  // namespace wherry::linked
