#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>

namespace wherry {

Sha256 sha256(std::string_view data) {
  Sha256 digest;
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data());
  return digest;
}

namespace {
template <std::size_t Size>
std::array<std::uint8_t, Size> hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
  std::array<std::uint8_t, Size> out;
  unsigned length = Size;
  HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(),
       &length);
  return out;
}
}  // namespace

Sha256 hmac_sha256(std::string_view key, std::string_view data) { return hmac<32>(EVP_sha256(), key, data); }
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data) { return hmac<20>(EVP_sha1(), key, data); }

namespace {
struct SigningKey {
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> open;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  explicit SigningKey(std::string_view seed) {
    std::array<std::uint8_t, crypto_sign_SEEDBYTES> bytes{};
    std::copy_n(seed.begin(), std::min(seed.size(), bytes.size()), bytes.begin());
    crypto_sign_seed_keypair(open.data(), secret.data(), bytes.data());
    sodium_memzero(bytes.data(), bytes.size());
  }
  ~SigningKey() { sodium_memzero(secret.data(), secret.size()); }
};
}  // namespace

std::array<std::uint8_t, 64> ed25519_sign(std::string_view seed, std::string_view data) {
  const SigningKey key(seed);
  std::array<std::uint8_t, 64> signature{};
  crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(data.data()), data.size(), key.secret.data());
  return signature;
}

std::array<std::uint8_t, 32> ed25519_public_key(std::string_view seed) { return SigningKey(seed).open; }

struct Sha256Stream::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) { EVP_DigestInit_ex(context_->md, EVP_sha256(), nullptr); }
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(std::string_view data) { EVP_DigestUpdate(context_->md, data.data(), data.size()); }

Sha256 Sha256Stream::finish() {
  Sha256 digest;
  unsigned length = 32;
  EVP_DigestFinal_ex(context_->md, digest.data(), &length);
  return digest;
}

Secret::~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

Result<SecretBox> SecretBox::create(std::string_view key) {
  if (sodium_init() < 0) return Error{ErrorCode::internal, "cannot initialise libsodium"};
  if (key.size() != key_size) return Error{ErrorCode::invalid_argument, "the master key must have 32 bytes"};
  return SecretBox(std::string(key));
}

SecretBox SecretBox::derive(std::string_view purpose) const {
  const auto key = sign("box", purpose);
  return SecretBox(std::string(key.begin(), key.end()));
}

Bytes SecretBox::seal(const Secret& secret) const {
  const auto& text = secret.reveal();
  Bytes sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                        sealed.data(), reinterpret_cast<const unsigned char*>(key_.reveal().data()));
  return sealed;
}

Result<Secret> SecretBox::open(std::span<const std::uint8_t> sealed) const {
  constexpr std::size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  const Error wrong{ErrorCode::internal, "a stored secret cannot be opened", "wrong master key or damaged data"};
  if (sealed.size() < overhead) return wrong;
  std::string text(sealed.size() - overhead, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(text.data()), sealed.data() + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, sealed.data(),
                                 reinterpret_cast<const unsigned char*>(key_.reveal().data())) != 0) {
    return wrong;
  }
  return Secret(std::move(text));
}

Sha256 SecretBox::sign(std::string_view purpose, std::string_view data) const {
  const auto derived = hmac_sha256(key_.reveal(), purpose);
  return hmac_sha256(std::string_view(reinterpret_cast<const char*>(derived.data()), derived.size()), data);
}

}  // namespace wherry
