#include "index/customer/identity_types.h"

#include <algorithm>
#include <array>
#include <utility>

namespace concord::index {
namespace {

constexpr std::array<std::string_view, 6> kNormaliseWords{"exact", "lower",  "email",
                                                          "phone", "digits", "text"};

bool by_name(const IdentityType& type, std::string_view name) { return type.name < name; }

}  // namespace

std::string_view word(Normalise value) { return kNormaliseWords[static_cast<std::size_t>(value)]; }

bool from_normalise_word(std::string_view text, Normalise& out) {
  for (std::size_t i = 0; i < kNormaliseWords.size(); ++i) {
    if (kNormaliseWords[i] != text) continue;
    out = static_cast<Normalise>(i);
    return true;
  }
  return false;
}

const IdentityType* IdentityTypes::find(std::string_view name) const {
  const auto at = std::lower_bound(types.begin(), types.end(), name, by_name);
  return at != types.end() && at->name == name ? &*at : nullptr;
}

void IdentityTypes::set(IdentityType type) {
  const auto at = std::lower_bound(types.begin(), types.end(), type.name, by_name);
  if (at != types.end() && at->name == type.name)
    *at = std::move(type);
  else
    types.insert(at, std::move(type));
}

IdentityTypes default_identity_types() {
  IdentityTypes known;
  known.set({"account", IdentityClass::joins, Normalise::exact, "", 0, {}});
  known.set({"address", IdentityClass::looks_up, Normalise::text, "", 0, {}});
  known.set({"anonymous_id", IdentityClass::joins, Normalise::exact, "", 0, {}});
  known.set({"email", IdentityClass::joins, Normalise::email, "", 0, {}});
  known.set({"phone", IdentityClass::looks_up, Normalise::phone, "", 0, {}});
  known.set({"user_id", IdentityClass::joins, Normalise::exact, "", 0, {}});
  return known;
}

}  // namespace concord::index
