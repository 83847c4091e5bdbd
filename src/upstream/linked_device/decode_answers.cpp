#include "upstream/linked_device/decode_answers.h"

#include "upstream/linked_device/decode_group.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_url_bytes = 8192;
constexpr std::size_t max_items = 10'000;

Error odd_answer(const std::string& field) { return {ErrorCode::internal, "the transport gave an odd answer", field}; }

/// Reads one value and fails as a whole when a field is wrong.
template <class Read>
auto read(const json::object& ok, Read take) -> Result<decltype(take(std::declval<Fields>()))> {
  std::string wrong;
  auto value = take(Fields(ok, wrong));
  if (!wrong.empty()) return odd_answer(wrong);
  return value;
}

/// Reads the elements of a list, none of which may be wrong.
template <class Item, class Take>
Result<std::vector<Item>> read_items(const json::object& ok, std::string_view name, Take take) {
  return read(ok, [&](const Fields& fields) {
    std::vector<Item> items;
    if (!fields.need_list(name, max_items).empty()) fields.each(name, [&](const Fields& item) { items.push_back(take(item)); });
    return items;
  });
}

}  // namespace

SendOutcome decode_outcome(const json::object& ok) {
  std::string wrong;
  const Fields fields(ok, wrong);
  const auto outcome = fields.text("outcome");
  SendAccepted accepted{fields.need_text("message_id", 255), fields.time("at").value_or(Timestamp())};
  if (outcome == "accepted" && wrong.empty()) return accepted;
  return SendUnknown{outcome == "uncertain" ? "WhatsApp did not acknowledge it" : "the transport gave an odd answer"};
}

Result<bool> decode_told(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return fields.flag("told"); });
}

Result<std::vector<NumberCheck>> decode_numbers(const json::object& ok) {
  return read_items<NumberCheck>(ok, "results", [](const Fields& item) {
    return NumberCheck{item.need_text("number", 32), item.flag("exists"), item.jid("jid"), item.jid("lid")};
  });
}

Result<std::string> decode_picture(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return fields.need_text("url", max_url_bytes); });
}

Result<About> decode_about(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return About{fields.text("about"), fields.time("set_at")}; });
}

Result<std::vector<Group>> decode_group_list(const json::object& ok) {
  return read_items<Group>(ok, "groups", [](const Fields& item) { return whole_group(decode_group_change(item)); });
}

Result<Group> decode_group(const json::object& ok) {
  return read(ok, [](const Fields& fields) {
    const auto group = fields.object("group");
    if (!group) fields.refuse("group");
    return group ? whole_group(decode_group_change(*group)) : Group();
  });
}

Result<std::vector<MemberResult>> decode_members(const json::object& ok) {
  return read_items<MemberResult>(
      ok, "results", [](const Fields& item) { return MemberResult{item.need_jid("jid"), static_cast<int>(item.number("code", 0, 1e6))}; });
}

Result<GroupInvite> decode_invite(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return GroupInvite{fields.need_text("code", 255), fields.need_text("url", max_url_bytes)}; });
}

Result<Jid> decode_joined(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return fields.need_jid("group"); });
}

Result<Downloaded> decode_download(const json::object& ok) {
  return read(ok, [](const Fields& fields) { return Downloaded{fields.need_size("size", 1ull << 40), fields.need_text("sha256", 64)}; });
}

}  // namespace wherry::linked
