// Identities: `type:value`, brought to one form by one normaliser, for intake and for questions.
// Thread class: IdentityNormaliser immutable after construction (any-thread).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity_types.h"

namespace concord::index {

/// A normalised identity. `text` is `type:value`; `hash` is hash128(text).
struct NormalisedIdentity {
  std::string text;
  std::size_t type_bytes = 0;
  IdentityClass strength = IdentityClass::joins;
  Hash128 hash;
  [[nodiscard]] std::string_view type() const {
    return std::string_view(text).substr(0, type_bytes);
  }
  [[nodiscard]] std::string_view value() const {
    return std::string_view(text).substr(type_bytes + 1);
  }
};

class IdentityNormaliser {
 public:
  explicit IdentityNormaliser(IdentityTypes types);
  ~IdentityNormaliser();
  IdentityNormaliser(const IdentityNormaliser&) = delete;
  IdentityNormaliser& operator=(const IdentityNormaliser&) = delete;

  /// E-mail: trimmed, lower case; phone: E.164 by libphonenumber with the type's region; text:
  /// NFKC, case-folded, single blanks; what is normal already stays as it is. Errors: bad_input (no
  /// colon, undeclared type, empty, blocked value, not a possible number); place is the identity
  /// itself.
  [[nodiscard]] Result<NormalisedIdentity> normalise(std::string_view identity) const;
  /// The same into reused memory: null when done, else what is wrong (a static text).
  const char* normalise_into(std::string_view identity, NormalisedIdentity& out) const;
  [[nodiscard]] const IdentityTypes& types() const { return types_; }

 private:
  IdentityTypes types_;
  std::vector<std::string> blocked_;  // type:value in the one form, sorted
};

}  // namespace concord::index
