#include "simulator/identities.h"

#include "base/bytes.h"
#include "base/json.h"
#include "base/random.h"
#include "simulator/magic.h"

namespace wherry::sim {

namespace {

constexpr auto phone_known_for = std::chrono::hours(24 * 30);

std::string pair_key(const Number& number, std::string_view wa_id) { return number.id + '/' + std::string(wa_id); }

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

std::string parent_of(std::string_view wa_id) {
  SeededRandom random(hash_text(wa_id));
  std::string id = std::string(country_of(wa_id)) + ".ENT.";
  for (int i = 0; i < 20; ++i) id += static_cast<char>('0' + (i == 0 ? 1 + random.below(9) : random.below(10)));
  return id;
}

std::string identity_of(const User& user) {
  if (!user.identity_hash.empty()) return user.identity_hash;
  const auto hash = hash_text(user.wa_id);
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  return to_base64(bytes);
}

bool checks_identity(const Number& number) {
  const auto* setting = json::find_object(number.settings, "user_identity_change");
  const auto* enabled = setting == nullptr ? nullptr : json::find(*setting, "enable_identity_key_check");
  return enabled != nullptr && enabled->is_bool() && enabled->get_bool();
}

}  // namespace

User Identities::user(std::string_view wa_id) const {
  User user = world_.user(wa_id);
  const auto magic = parse_magic(wa_id);
  if (!magic || magic->meaning != MagicMeaning::identity || magic->variant > 4) return user;
  switch (static_cast<MagicIdentity>(magic->variant)) {
    case MagicIdentity::username_hidden:
      user.username = "user." + std::to_string(magic->code);
      user.phone_visible = false;
      break;
    case MagicIdentity::username_visible: user.username = "user." + std::to_string(magic->code); break;
    case MagicIdentity::no_username: user.username.clear(); break;
    case MagicIdentity::parent_bsuid: user.parent_bsuid = parent_of(wa_id); break;
    case MagicIdentity::changes_number: break;
  }
  return user;
}

bool Identities::knows_phone(const Number& number, std::string_view wa_id, Timestamp now) const {
  std::lock_guard lock(mutex_);
  const auto found = known_until_.find(pair_key(number, wa_id));
  return found != known_until_.end() && found->second > now;
}

UserView Identities::view(const Number& number, std::string_view wa_id, Timestamp now) const {
  const User known = user(wa_id);
  UserView view;
  view.wa_id = std::string(wa_id);
  view.name = known.name;
  view.username = known.username;
  view.parent_bsuid = known.parent_bsuid;
  view.bsuid = world_.bsuid(number, wa_id);
  if (checks_identity(number)) view.identity_hash = identity_of(known);
  view.phone_hidden = !known.username.empty() && !known.phone_visible && !knows_phone(number, wa_id, now);
  return view;
}

void Identities::wrote_to_phone(const Number& number, std::string_view wa_id, Timestamp now) {
  // Only the phones of users with a name can be hidden: nobody else needs remembering.
  if (user(wa_id).username.empty()) return;
  std::lock_guard lock(mutex_);
  if (known_until_.size() >= limit) known_until_.clear();
  known_until_[pair_key(number, wa_id)] = now + phone_known_for;
}

void Identities::clear() {
  std::lock_guard lock(mutex_);
  known_until_.clear();
}

}  // namespace wherry::sim
