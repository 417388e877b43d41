#include "server/intake_known.h"

namespace concord::server {
namespace {

constexpr std::size_t kClaimsMax = 65'536;

}  // namespace

bool SnapshotKnown::is_known(std::string_view identity) const {
  const index::ReadPin pin = snapshot_.pin();
  return snapshot_.resolve(pin, identity).outcome == index::Resolution::Outcome::found;
}

bool SnapshotKnown::belongs_to_other(std::string_view anonymous, std::string_view user) const {
  const index::ReadPin pin = snapshot_.pin();
  const index::Resolution who = snapshot_.resolve(pin, anonymous);
  if (who.outcome != index::Resolution::Outcome::found) return false;
  const index::RecordView customer = snapshot_.find(pin, who.customer);
  if (!customer || customer.portrait().identities() == nullptr) return false;
  const std::string_view type = user.substr(0, user.find(':'));
  const std::string_view value = user.substr(type.size() + 1);
  bool other = false;
  for (const auto* one : *customer.portrait().identities()) {
    if (one->type()->string_view() != type) continue;
    if (one->value()->string_view() == value) return false;
    other = true;
  }
  return other;
}

bool SnapshotKnown::claim(std::string_view anonymous, std::string_view user) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto held = claims_.find(anonymous); held != claims_.end())
      return held->second == user;
  }
  if (belongs_to_other(anonymous, user)) return false;
  const std::scoped_lock lock(mutex_);
  const auto [held, fresh] = claims_.emplace(anonymous, user);
  if (!fresh) return held->second == user;
  order_.emplace_back(anonymous);
  if (order_.size() > kClaimsMax) {
    claims_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

}  // namespace concord::server
