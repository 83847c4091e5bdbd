#include "simulator/webhooks/attempt.h"

#include <algorithm>

#include "simulator/webhooks/signature.h"

namespace wherry::sim {

namespace {

/// Sends a body in ten pieces with real pauses between them.
class SlowSource final : public http::BodySource {
 public:
  SlowSource(std::shared_ptr<const std::string> body, milliseconds pause) : body_(std::move(body)), pause_(pause) {}
  Task<Result<std::size_t>> read(std::span<char> out) override {
    if (at_ > 0 && at_ < body_->size()) {
      co_await clock_.sleep_for(pause_);
    }
    const auto piece = std::min({out.size(), body_->size() - at_, body_->size() / 10 + 1});
    std::copy_n(body_->data() + at_, piece, out.data());
    at_ += piece;
    co_return piece;
  }
  std::optional<std::uint64_t> length() const override { return body_->size(); }

 private:
  std::shared_ptr<const std::string> body_;  // shared with the delivery
  milliseconds pause_;
  SystemClock clock_;
  std::size_t at_ = 0;
};

/// Promises a body and breaks off in its middle.
class BrokenSource final : public http::BodySource {
 public:
  explicit BrokenSource(std::shared_ptr<const std::string> body) : body_(std::move(body)) {}
  Task<Result<std::size_t>> read(std::span<char> out) override {
    const auto half = body_->size() / 2;
    if (at_ >= half) co_return Error{ErrorCode::internal, "the connection is broken on purpose"};
    const auto piece = std::min(out.size(), half - at_);
    std::copy_n(body_->data() + at_, piece, out.data());
    at_ += piece;
    co_return piece;
  }
  std::optional<std::uint64_t> length() const override { return body_->size(); }

 private:
  std::shared_ptr<const std::string> body_;  // shared with the delivery
  std::size_t at_ = 0;
};

std::string one_nibble_off(std::string signature) {
  signature.back() = signature.back() == '0' ? '1' : '0';
  return signature;
}

/// White space before the last brace keeps it one JSON text.
std::string padded(const std::string& body, std::size_t bytes) {
  std::string out = body;
  if (!out.empty() && out.size() < bytes) out.insert(out.size() - 1, bytes - out.size(), ' ');
  return out;
}

}  // namespace

AttemptRequest make_attempt(const Delivery& delivery, const Target& target, Fault fault, const WebhookSettings& settings,
                            const Chaos& chaos) {
  AttemptRequest out;
  auto& request = out.request;
  request.method = http::Method::post;
  request.url = target.url;
  request.timeout = settings.timeout;
  request.max_response_bytes = 256 * 1024;
  out.signature = delivery.signature_256;
  std::string signature_1 = delivery.signature_1;
  switch (fault) {
    case Fault::wrong_signature:
      out.signature = one_nibble_off(std::move(out.signature));
      signature_1 = one_nibble_off(std::move(signature_1));
      request.body = *delivery.body;
      break;
    case Fault::old_secret: {
      const std::string old = target.old_secret.empty() ? "an-earlier-secret-of-" + target.app_id : target.old_secret;
      out.signature = sign_sha256(old, *delivery.body);
      signature_1 = sign_sha1(old, *delivery.body);
      request.body = *delivery.body;
      break;
    }
    case Fault::empty_body:
      out.other_body = true;
      out.signature = sign_sha256(target.secret, "");
      signature_1 = sign_sha1(target.secret, "");
      break;
    case Fault::oversize:
      out.other_body = true;
      request.body = padded(*delivery.body, chaos.oversize_bytes);
      out.signature = sign_sha256(target.secret, request.body);
      signature_1 = sign_sha1(target.secret, request.body);
      break;
    case Fault::slow_send:
      request.body_source = std::make_unique<SlowSource>(delivery.body, std::max(milliseconds(1), chaos.slow_send_for / 10));
      request.timeout = settings.timeout + chaos.slow_send_for;
      request.reuse_connection = false;
      break;
    case Fault::reset:
      request.body_source = std::make_unique<BrokenSource>(delivery.body);
      request.reuse_connection = false;
      break;
    case Fault::none:
    case Fault::duplicate:
    case Fault::delayed_copy:
    case Fault::retry_although_200:
    case Fault::reorder: request.body = *delivery.body; break;
  }
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "facebookexternalua");
  request.headers.add("Accept", "*/*");
  request.headers.add("X-Hub-Signature-256", out.signature);
  if (settings.legacy_signature) request.headers.add("X-Hub-Signature", signature_1);
  return out;
}

}  // namespace wherry::sim
