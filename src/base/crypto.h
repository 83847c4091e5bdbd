#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace wherry {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data);

/// Ed25519 (RFC 8032) with a seed of 32 bytes: the signature, and the key others verify it with.
std::array<std::uint8_t, 64> ed25519_sign(std::string_view seed, std::string_view data);
std::array<std::uint8_t, 32> ed25519_public_key(std::string_view seed);

/// SHA-256 of bytes that arrive in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void update(std::string_view data);
  Sha256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Text that must not reach a log: it has no stream operator and is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

/// Seals small secrets at rest with libsodium's secretbox (XSalsa20-Poly1305): nonce ‖ box.
class SecretBox {
 public:
  static constexpr std::size_t key_size = 32;
  /// Errors: invalid_argument when the key has not key_size bytes.
  static Result<SecretBox> create(std::string_view key);
  Bytes seal(const Secret& secret) const;
  /// Errors: internal when the bytes were not sealed with this key.
  Result<Secret> open(std::span<const std::uint8_t> sealed) const;
  /// A box of its own for `purpose`: what one sealed no other opens.
  SecretBox derive(std::string_view purpose) const;
  /// HMAC-SHA256 with a key derived for `purpose`, so that signatures of one use are no good for another.
  Sha256 sign(std::string_view purpose, std::string_view data) const;

 private:
  explicit SecretBox(std::string key) : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace wherry
