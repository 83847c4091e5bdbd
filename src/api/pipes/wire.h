#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/pipes/media_value.h"
#include "net/body.h"
#include "services/media/media_service.h"

namespace wherry::api::pipes {

inline constexpr std::uint64_t json_body_limit = 140ull << 20;  ///< 100 MiB as base64, and room for the rest

/// The body of a send, its fields checked; the media value is not looked up yet.
struct SendBody {
  std::string conversation_id;
  std::string text;                   ///< the message; meaningless with media
  std::string caption;                ///< with media
  std::string mime_type;              ///< with base64
  std::string file_name;              ///< with base64
  std::unique_ptr<MediaValue> media;  ///< kind() is empty when there is none
};

/// Errors: invalid_argument (JSON, fields), too_large (over json_body_limit).
Task<Result<SendBody>> read_send(http::BodyReader& body, MediaService& media);

/// The JSON form of an upload: a URL, or a file that came as base64.
struct UploadBody {
  std::optional<std::string> url;
  std::string mime_type;
  std::string file_name;
  std::unique_ptr<MediaValue> data;
};

/// Errors: as read_send.
Task<Result<UploadBody>> read_upload(http::BodyReader& body, MediaService& media);

/// Errors: url_blocked unless it begins with https:// (or http://, where the operator allows that).
Result<void> check_scheme(std::string_view url, bool allow_http);

std::string sent_json(std::string_view wamid, std::string_view conversation_id);
std::string uploaded_json(const MediaId& media);

}  // namespace wherry::api::pipes
