#pragma once

#include <memory>
#include <string>

#include "net/lane.h"
#include "net/websocket.h"

namespace wherry::http {

/// The connection's side of a WebSocket: what only the server calls, on the connection's thread.
class WebSocketSession : public WebSocket {
 public:
  /// Answers 101 to a request with this Sec-WebSocket-Key. False when the connection broke.
  virtual Task<bool> accept(std::string key, Headers fields) = 0;
  /// Closes, unless that has happened, and waits for the end of everything that runs on the socket.
  virtual Task<void> finish(CloseCode code) = 0;

  /// Pings, and ends what has lasted too long.
  virtual void sweep(Instant now) = 0;
  virtual void abort() = 0;
};

/// Takes over a connection's socket. `received` is what the client sent right behind its request.
std::shared_ptr<WebSocketSession> make_websocket_session(std::shared_ptr<Lane> lane, Socket socket, std::string received,
                                                         const WebSocketOptions& options);

}  // namespace wherry::http
