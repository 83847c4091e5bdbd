#pragma once

#include <string>
#include <vector>

#include "services/ports/linked_listener.h"
#include "upstream/linked_device/frames.h"

/// What the transport asks (docs/formats/linked-device.md, section 6), as values.
/// Errors of all: invalid_argument, whose message is the path of the wrong field.
namespace wherry::linked {

struct KeyQuery {
  std::string type;
  std::vector<std::string> ids;
};

Result<KeyQuery> decode_key_query(const Frame& frame);
Result<std::vector<Key>> decode_key_changes(const Frame& frame);
Reason decode_wipe(const Frame& frame);
Result<Pairing> decode_pairing(const Frame& frame);
Result<ReceivedMessage> decode_message(Frame frame);
Result<SentBytes> decode_sent(Frame frame);
Result<Acknowledgement> decode_ack(const Frame& frame);
Result<Receipt> decode_receipt(const Frame& frame);
Result<BytesQuery> decode_bytes_query(const Frame& frame);

}  // namespace wherry::linked
