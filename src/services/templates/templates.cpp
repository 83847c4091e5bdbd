#include "services/templates/templates.h"

#include <algorithm>

#include "base/log.h"
#include "domain/object_reader.h"
#include "services/templates/template_notice.h"

namespace wherry {

namespace {

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Error no_such_template() { return {ErrorCode::not_found, "No such template"}; }

// A template as it stands right after its definition was accepted.
Result<MessageTemplate> read_definition(const json::object& definition) {
  using Presence = ObjectReader::Presence;
  std::optional<Error> failure;
  const ObjectReader in(definition, "", failure);
  MessageTemplate made;
  made.name = in.text("name", Presence::required);
  made.language = in.text("language", Presence::required);
  made.category = in.text("category", Presence::required);
  made.parameter_format = in.text("parameter_format");
  if (made.parameter_format.empty()) made.parameter_format = "POSITIONAL";
  in.each("components", Presence::required, [&](const ObjectReader& component) { made.components.push_back(component.raw()); });
  if (failure) return std::move(*failure);
  return made;
}

Result<void> check_change(const json::object& change) {
  std::optional<Error> failure;
  const ObjectReader in(change, "", failure);
  in.text("category");
  in.integer("message_send_ttl_seconds");
  in.each("components", ObjectReader::Presence::optional, [](const ObjectReader&) {});
  if (failure) return std::move(*failure);
  if (change.empty()) return Error{ErrorCode::invalid_argument, "There is nothing to change"};
  return {};
}

}  // namespace

Task<Result<std::vector<MessageTemplate>>> Templates::list(ChannelPtr channel, TemplateFilter filter) {
  co_return co_await parts_.store.list(channel->waba_id, std::move(filter));
}

Task<Result<std::optional<MessageTemplate>>> Templates::find(ChannelPtr channel, std::string name, std::string language) {
  co_return co_await parts_.store.find(channel->waba_id, std::move(name), std::move(language));
}

Task<Result<MessageTemplate>> Templates::find_by_id(ChannelPtr channel, std::string id) {
  CO_TRY(auto known, co_await parts_.store.find_by_id(channel->waba_id, std::move(id)));
  if (!known) co_return no_such_template();
  co_return std::move(*known);
}

Task<Result<std::optional<Timestamp>>> Templates::synced_at(ChannelPtr channel) {
  co_return co_await parts_.store.synced_at(channel->waba_id);
}

Task<Result<void>> Templates::ensure_known(ChannelPtr channel) {
  CO_TRY(auto known_at, co_await parts_.store.synced_at(channel->waba_id));
  if (known_at) co_return Result<void>();
  auto report = co_await sync_.sync(std::move(channel));
  if (!report && report.error().code != ErrorCode::conflict) co_return report.error();
  co_return Result<void>();
}

Task<Result<void>> Templates::put(std::string waba_id, const MessageTemplate* before, MessageTemplate after, std::string reason) {
  TemplateChanges changes(waba_id, sync_.hearers_of(waba_id), parts_.clock.now());
  if (!changes.saw(before, std::move(after), reason)) co_return Result<void>();
  forget_refusals();
  sync_.overtaken(waba_id);
  auto update = changes.take();
  co_return co_await parts_.store.apply(std::move(update));
}

Task<Result<MessageTemplate>> Templates::create(ChannelPtr channel, json::object definition) {
  CO_TRY_VOID(has_templates(*channel));
  CO_TRY(auto made, read_definition(definition));
  auto created = co_await parts_.api.create_template(channel, std::move(definition));
  if (!created) {
    if (created.error().code == ErrorCode::outcome_unknown) sync_.want(channel->waba_id);
    co_return created.error();
  }
  made.id = created->id;
  made.status = created->status.empty() ? "PENDING" : created->status;
  if (!created->category.empty()) made.category = created->category;
  made.rejected_reason = "NONE";
  made.quality = "UNKNOWN";
  made.updated_at = parts_.clock.now();
  std::string no_reason;
  auto stored = co_await put(channel->waba_id, nullptr, made, std::move(no_reason));
  if (!stored) {
    // It exists all the same: the next reading of the list brings it.
    sync_.want(channel->waba_id);
    log::warn("template_not_stored", {{"waba", channel->waba_id}, {"name", made.name}, {"error", to_string(stored.error().code)}});
  }
  co_return made;
}

Task<Result<MessageTemplate>> Templates::edit(ChannelPtr channel, std::string id, json::object change) {
  CO_TRY_VOID(has_templates(*channel));
  CO_TRY_VOID(check_change(change));
  if (!is_id(id)) co_return no_such_template();
  CO_TRY(auto known, co_await find_by_id(channel, id));
  auto edited = co_await parts_.api.edit_template(channel, id, std::move(change));
  if (edited || edited.error().code == ErrorCode::outcome_unknown) sync_.want(channel->waba_id);
  if (!edited) co_return edited.error();
  forget_refusals();
  (void)co_await sync_.look_up(channel, known.name);
  auto now = co_await find_by_id(channel, id);
  if (!now) co_return known;
  co_return now;
}

Task<Result<void>> Templates::remove(ChannelPtr channel, std::string name, std::string id) {
  CO_TRY_VOID(has_templates(*channel));
  if (name.empty()) co_return Error{ErrorCode::invalid_argument, "name is required"};
  if (!id.empty() && !is_id(id)) co_return no_such_template();
  auto removed = co_await parts_.api.remove_template(channel, name, id);
  if (!removed) {
    if (removed.error().code == ErrorCode::outcome_unknown) sync_.want(channel->waba_id);
    co_return removed.error();
  }
  TemplateFilter filter;
  filter.name = std::move(name);
  filter.limit = 500;
  CO_TRY(auto known, co_await parts_.store.list(channel->waba_id, std::move(filter)));
  TemplateChanges changes(channel->waba_id, sync_.hearers_of(channel->waba_id), parts_.clock.now());
  for (const auto& one : known) {
    if (id.empty() || one.id == id) changes.lost(one);
  }
  sync_.overtaken(channel->waba_id);
  auto update = changes.take();
  co_return co_await parts_.store.apply(std::move(update));
}

Task<Result<void>> Templates::hear(OtherEvent event) {
  const auto notice = read_template_notice(event.field, event.raw);
  if (!notice || event.waba_id.empty()) co_return Result<void>();
  CO_TRY(auto known, co_await parts_.store.find_by_id(event.waba_id, notice->id));
  if (!known || notice->words_changed) sync_.want(event.waba_id);
  if (!known) co_return Result<void>();
  auto after = notice->applied_to(*known);
  if (is_deleted(after)) {
    TemplateChanges changes(event.waba_id, sync_.hearers_of(event.waba_id), parts_.clock.now());
    changes.lost(*known);
    sync_.overtaken(event.waba_id);
    auto update = changes.take();
    co_return co_await parts_.store.apply(std::move(update));
  }
  const auto reason = notice->reason == "NONE" ? std::string() : notice->reason;
  co_return co_await put(event.waba_id, &*known, std::move(after), reason);
}

}  // namespace wherry
