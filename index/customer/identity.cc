#include "index/customer/identity.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "index/base/hash.h"
#include "index/base/json_writer.h"
#include "index/base/limits.h"
#include "index/customer/phone.h"

namespace concord::index {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

void append_lower_ascii(std::string& out, std::string_view text) {
  for (const char c : text) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
}

// NFKC and case folding (Unicode's NFKC_Casefold).
std::string case_folded(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const folding =
      icu::Normalizer2::getNFKCCasefoldInstance(status);  // its tables are part of the library
  if (folding == nullptr) return {};
  const icu::UnicodeString folded = folding->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size()))),
      status);
  std::string out;
  folded.toUTF8String(out);
  return out;
}

void append_folded(std::string& out, std::string_view text) {
  if (is_ascii(text))
    append_lower_ascii(out, text);
  else
    out += case_folded(text);
}

// Blanks at the ends go, runs of them become one.
void append_single_blanks(std::string& out, std::string_view text) {
  text = trimmed(text);
  bool gap = false;
  for (const char c : text) {
    if (is_blank(c)) {
      gap = true;
      continue;
    }
    if (gap) out.push_back(' ');
    gap = false;
    out.push_back(c);
  }
}

// One '@' with something on both sides, no blanks.
bool is_email(std::string_view value) {
  const std::size_t at = value.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 != value.size() &&
         value.find('@', at + 1) == std::string_view::npos &&
         std::none_of(value.begin(), value.end(), is_blank);
}

// Appends the value in its one form; false when it cannot be one. Folding may make blanks, signs
// and '@' out of other characters: what is checked is the folded form.
bool append_normalised(std::string& out, const IdentityType& type, std::string_view value) {
  switch (type.normalise) {
    case Normalise::exact: out += value; return true;
    case Normalise::lower: {
      if (is_ascii(value))
        append_lower_ascii(out, value);
      else
        out += trimmed(case_folded(value));
      return true;
    }
    case Normalise::email: {
      const std::size_t before = out.size();
      append_folded(out, value);
      return is_email(std::string_view(out).substr(before));
    }
    case Normalise::phone: {
      const std::string_view number = normalise_phone(value, type.region);
      out += number;
      return !number.empty();
    }
    case Normalise::digits: {
      const std::size_t before = out.size();
      for (const char c : value)
        if (c >= '0' && c <= '9') out.push_back(c);
      return out.size() > before;
    }
    case Normalise::text: {
      std::string folded;
      append_folded(folded, value);
      append_single_blanks(out, folded);
      return true;
    }
  }
  return false;
}

}  // namespace

IdentityNormaliser::IdentityNormaliser(IdentityTypes types) : types_(std::move(types)) {
  for (const IdentityType& type : types_.types)
    for (const std::string& value : type.blocked) {
      std::string text = type.name + ":";
      // A value that has no normal form ("n/a" for a phone) is refused as it stands.
      if (!append_normalised(text, type, trimmed(value))) text = type.name + ":" + value;
      blocked_.push_back(std::move(text));
    }
  std::sort(blocked_.begin(), blocked_.end());
}
IdentityNormaliser::~IdentityNormaliser() = default;

const char* IdentityNormaliser::normalise_into(std::string_view identity,
                                               NormalisedIdentity& out) const {
  const std::size_t colon = identity.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return "an identity is written type:value, for example email:ann@example.test";
  const IdentityType* type = types_.find(identity.substr(0, colon));
  if (type == nullptr) return "this type of identity is not declared in identity_types";
  const std::string_view value = trimmed(identity.substr(colon + 1));
  if (value.empty()) return "the value of the identity is empty";
  if (value.size() > kWordBytesMax) return "the value of the identity is too long";
  if (!is_utf8(value)) return "the identity is not UTF-8";
  out.text.assign(type->name);
  out.text.push_back(':');
  out.type_bytes = type->name.size();
  out.strength = type->strength;
  if (!type->blocked.empty() &&
      std::find(type->blocked.begin(), type->blocked.end(), value) != type->blocked.end())
    return "this value is blocked: it belongs to nobody";
  if (!append_normalised(out.text, *type, value) || out.value().empty()) {
    switch (type->normalise) {
      case Normalise::email: return "not an e-mail address";
      case Normalise::phone: return "not a possible phone number";
      default: return "no value is left after normalisation";
    }
  }
  if (!blocked_.empty() && std::binary_search(blocked_.begin(), blocked_.end(), out.text))
    return "this value is blocked: it belongs to nobody";
  out.hash = hash128(out.text);
  return nullptr;
}

Result<NormalisedIdentity> IdentityNormaliser::normalise(std::string_view identity) const {
  NormalisedIdentity out;
  if (const char* problem = normalise_into(identity, out); problem != nullptr)
    return fail(Code::bad_input, problem, std::string(identity));
  return out;
}

}  // namespace concord::index
