#include "simulator/control/patch.h"

#include "base/json.h"

namespace wherry::sim {

const json::value* Patch::take(std::string_view name) {
  seen_.insert(std::string(name));
  return json::find(object_, name);
}

void Patch::fail(std::string_view name, std::string_view wanted) {
  if (!error_) error_ = Error{ErrorCode::invalid_argument, std::string(name) + " must be " + std::string(wanted)};
}

Patch& Patch::text(std::string_view name, std::string& field) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  if (value->is_string() && value->get_string().size() <= 4096) {
    field = std::string(value->get_string());
  } else {
    fail(name, "a string");
  }
  return *this;
}

Patch& Patch::flag(std::string_view name, bool& field) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  if (value->is_bool()) {
    field = value->get_bool();
  } else {
    fail(name, "true or false");
  }
  return *this;
}

Patch& Patch::texts(std::string_view name, std::set<std::string>& field) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  std::set<std::string> read;
  const auto* array = value->if_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if (!(*array)[i].is_string()) {
      array = nullptr;
      break;
    }
    read.insert(std::string((*array)[i].get_string()));
  }
  if (array == nullptr) {
    fail(name, "an array of strings");
  } else {
    field = std::move(read);
  }
  return *this;
}

Patch& Patch::object(std::string_view name, json::object& field) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  if (value->is_object()) {
    field = value->get_object();
  } else {
    fail(name, "an object");
  }
  return *this;
}

Patch& Patch::decimal(std::string_view name, double& field, double least, double most) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  const bool sound = value->is_number() && value->to_number<double>() >= least && value->to_number<double>() <= most;
  if (sound) {
    field = value->to_number<double>();
  } else {
    fail(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *this;
}

std::optional<std::int64_t> Patch::whole(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most) return value->get_int64();
  fail(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

Result<void> Patch::finish() const {
  if (error_) return *error_;
  for (const auto& member : object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!seen_.contains(name)) return Error{ErrorCode::invalid_argument, "unknown member " + std::string(name)};
  }
  return Result<void>();
}

}  // namespace wherry::sim
