// The kinds of identity a company knows, as sources.toml declares them.
// Thread class: immutable (plain values).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/vocabulary.h"

namespace concord::index {

/// How two spellings of one value are brought together. Stored by its word: append only.
enum class Normalise : std::uint8_t { exact, lower, email, phone, digits, text };
std::string_view word(Normalise value);
/// Empty unless `text` is one of the words; on success `out` is set.
bool from_normalise_word(std::string_view text, Normalise& out);

struct IdentityType {
  std::string name;  // the part before the colon
  IdentityClass strength = IdentityClass::joins;
  Normalise normalise = Normalise::exact;
  std::string region;                // phone: ISO country of numbers without a country code
  std::uint32_t limit = 0;           // more owners than this: no longer joins; 0: no limit
  std::vector<std::string> blocked;  // values that are nobody
  bool operator==(const IdentityType&) const = default;
};

/// The declared types in the order of their names, names unique. An identity whose type is not here
/// is an error.
struct IdentityTypes {
  std::vector<IdentityType> types;
  [[nodiscard]] const IdentityType* find(std::string_view name) const;
  /// Adds `type`, or replaces the one of that name.
  void set(IdentityType type);
  bool operator==(const IdentityTypes&) const = default;
};

/// account and email join; address and phone only look up.
IdentityTypes default_identity_types();

}  // namespace concord::index
