#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "net/message.h"

namespace wherry::http {

struct ParseLimits {
  std::size_t header = 16 * 1024;         ///< bytes of request line and fields together
  std::size_t fields = 128;               ///< number of fields
  std::uint64_t body = 150ull << 20;      ///< bytes of a body without its framing
  std::size_t chunk_line = 8 * 1024;      ///< bytes of one chunk line, and of all trailers together
  std::size_t chunk_extensions = 4096;    ///< bytes of all chunk extensions of one body
};

/// Why a request is refused before or while it is read.
struct Refusal {
  int status = 400;
  std::string_view reason;
};

/// Turns bytes into requests without touching a socket. Beast's parser does the reading; around it stand the rules it does
/// not enforce: strict line ends, no folding, one Host, one unambiguous length, bounded extensions and trailers.
/// Source: RFC 9112 sections 2.2, 3.2, 5, 6, 7.1.
class RequestParser {
 public:
  enum class Step { need_more, done, refused };
  struct Head {
    Step step;
    std::size_t used;  ///< bytes to drop from the front of the input, whatever the step
  };
  struct Body {
    Step step;               ///< done: `piece` is empty and the body has ended. need_more with a piece: there may be more
    std::size_t used;        ///< bytes to drop once `piece` is no longer needed
    std::string_view piece;  ///< a part of the input
  };

  explicit RequestParser(const ParseLimits& limits);
  ~RequestParser();

  /// Makes ready for the next request.
  void reset();
  /// `input` is all that was received and not yet dropped. Looks at each byte once however often it is called.
  /// Fills `request` when done: method, target, path, query, headers, and id when the caller gave a good one.
  Head read_head(std::string_view input, Request& request);
  /// After the head: the next piece of the body.
  Body read_body(std::string_view input);

  const Refusal& refusal() const { return refusal_; }
  // What the head says; only after read_head() is done.
  bool keep_alive() const;
  bool is_http11() const;
  bool expects_continue() const;
  bool body_done() const;
  std::optional<std::uint64_t> content_length() const;  ///< nullopt when chunked; 0 without a body
  std::uint64_t content_left() const;                   ///< bytes still to come of a body with a length

 private:
  class Message;
  Step scan_head(std::string_view input);
  Body wait_for_chunk_line(std::string_view rest, std::size_t used);
  Step refuse(int status, std::string_view reason);

  ParseLimits limits_;
  Refusal refusal_;
  std::unique_ptr<Message> message_;
  std::size_t line_ = 0;       // where the line under scrutiny begins
  std::size_t look_from_ = 0;  // up to here the input was searched for a line end
  std::size_t lines_ = 0;
  std::size_t empty_lines_ = 0;
};

}  // namespace wherry::http
