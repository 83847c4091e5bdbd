#include "services/access/key_webhooks.h"

namespace wherry {

Task<Result<std::optional<Subscription>>> KeyWebhooks::of(ApiKey key) {
  if (!key.webhook) co_return std::optional<Subscription>();
  auto found = co_await webhooks_.find(*key.webhook);
  if (found) co_return std::optional<Subscription>(std::move(*found));
  if (found.error().code == ErrorCode::not_found) co_return std::optional<Subscription>();  // its operator removed it
  co_return found.error();
}

Task<Result<void>> KeyWebhooks::link(KeyId key, std::optional<SubscriptionId> webhook) {
  KeyChange change;
  change.webhook = webhook;
  CO_TRY_VOID(co_await access_.change_key(key, std::move(change)));
  co_return Result<void>();
}

Task<Result<Subscription>> KeyWebhooks::set(ApiKey key, WebhookFormat format, std::string url) {
  const auto id = key.id;
  const auto tenant = key.tenant;
  CO_TRY(auto known, co_await of(std::move(key)));
  if (known) {
    SubscriptionChange change;
    change.url = std::move(url);
    co_return co_await webhooks_.change(known->id, std::move(change));
  }
  NewSubscription wanted;
  wanted.tenant = tenant;
  wanted.format = format;
  wanted.url = std::move(url);
  CO_TRY(auto made, co_await webhooks_.add(std::move(wanted)));
  auto linked = co_await link(id, made.id);
  if (linked) co_return made;
  auto removed = co_await webhooks_.remove(made.id);
  auto error = std::move(linked).error();
  if (!removed) error.detail += "; its webhook " + made.id.text() + " is left over";
  co_return error;
}

Task<Result<void>> KeyWebhooks::clear(ApiKey key) {
  if (!key.webhook) co_return Result<void>();
  CO_TRY_VOID(co_await link(key.id, std::nullopt));
  auto removed = co_await webhooks_.remove(*key.webhook);
  if (!removed && removed.error().code != ErrorCode::not_found) co_return removed.error();
  co_return Result<void>();
}

Task<Result<void>> KeyWebhooks::revoke(KeyId id) {
  CO_TRY(auto key, co_await access_.find_key(id));
  CO_TRY_VOID(co_await access_.revoke_key(id));
  if (!key.webhook || key.replaced_by) co_return Result<void>();
  auto removed = co_await webhooks_.remove(*key.webhook);
  if (!removed && removed.error().code != ErrorCode::not_found) co_return removed.error();
  co_return Result<void>();
}

}  // namespace wherry
