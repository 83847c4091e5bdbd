#pragma once

#include "domain/inbound.h"
#include "services/templates/template_sync.h"

namespace wherry {

/// The message templates of the accounts our channels belong to. Threads: any.
class Templates {
 public:
  explicit Templates(TemplateSync::Parts parts) : parts_(parts), sync_(parts) {}

  /// Begins to read the accounts' lists from time to time.
  void start(Executor executor) { sync_.start(executor); }
  Task<void> stop() { co_await sync_.stop(); }

  /// What is known. Errors: unavailable; find_by_id: not_found.
  Task<Result<std::vector<MessageTemplate>>> list(ChannelPtr channel, TemplateFilter filter);
  Task<Result<std::optional<MessageTemplate>>> find(ChannelPtr channel, std::string name, std::string language);
  Task<Result<MessageTemplate>> find_by_id(ChannelPtr channel, std::string id);
  Task<Result<std::optional<Timestamp>>> synced_at(ChannelPtr channel);

  /// Reads the account's whole list now. Errors: conflict (it is being read), rejected, upstream_unavailable, outcome_unknown, unavailable.
  Task<Result<TemplateSyncReport>> sync(ChannelPtr channel) { co_return co_await sync_.sync(std::move(channel)); }
  /// The same when nobody ever did.
  Task<Result<void>> ensure_known(ChannelPtr channel);

  /// `definition` is Meta's own: name, category, language, components … Errors: invalid_argument (a member is missing or of the wrong
  /// type), and those of TemplateApi.
  Task<Result<MessageTemplate>> create(ChannelPtr channel, json::object definition);
  /// `change` is Meta's own: category, components, message_send_ttl_seconds. Errors: not_found, and as create.
  Task<Result<MessageTemplate>> edit(ChannelPtr channel, std::string id, json::object change);
  /// One translation when an id is given, else every one of the name. Errors: invalid_argument, those of TemplateApi.
  Task<Result<void>> remove(ChannelPtr channel, std::string name, std::string id);

  /// Whether WhatsApp would take the message: the template exists in this language, is approved, and its values fit. What does not fit is
  /// looked up once more before it is refused; what cannot be looked up is let through.
  /// Errors: rejected, in WhatsApp's words (expected and given counts in the message, its own error in peer_answer); unavailable.
  Task<Result<void>> check(ChannelPtr channel, TemplateContent message);

  /// A webhook of WhatsApp about anything; those about templates change what is known. Errors: unavailable (nothing was changed).
  Task<Result<void>> hear(OtherEvent event);

  const TemplateCounters& counters() const { return sync_.counters(); }

 private:
  struct Refusals {
    static constexpr std::size_t most = 1000;
    std::map<std::string, Timestamp> until;  ///< by account, name, language: refused without asking again
  };
  Task<Result<std::optional<UpstreamError>>> fault_of(ChannelPtr channel, const TemplateContent& message);
  bool refused_lately(const std::string& key, Timestamp now);
  void remember_refusal(const std::string& key, Timestamp now);
  void forget_refusals();
  Task<Result<void>> put(std::string waba_id, const MessageTemplate* before, MessageTemplate after, std::string reason);

  TemplateSync::Parts parts_;
  TemplateSync sync_;
  std::mutex mutex_;
  Refusals refusals_;
};

}  // namespace wherry
