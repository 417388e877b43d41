#include "index/customer/phone.h"

#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <memory>

#include "index/base/hash.h"

namespace concord::index {
namespace {

std::string parse_number(std::string_view number, const std::string& region) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  static const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber parsed;
  if (util.Parse(std::string(number), region.empty() ? "ZZ" : region, &parsed) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      // A number without its area code is not the number of one line.
      util.IsPossibleNumberWithReason(parsed) != PhoneNumberUtil::IS_POSSIBLE)
    return {};
  std::string text;
  util.Format(parsed, PhoneNumberUtil::E164, &text);
  return text;
}

// A number is parsed in some microseconds and stands in many rows of a file: the last ones are
// kept.
struct Remembered {
  std::string number;
  std::string region;
  std::string answer;
};
constexpr std::size_t kRemembered = 1 << 12;

}  // namespace

std::string_view normalise_phone(std::string_view number, const std::string& region) {
  thread_local const auto memory = std::make_unique<std::array<Remembered, kRemembered>>();
  Remembered& place = (*memory)[hash64(number) % kRemembered];
  if (place.number != number || place.region != region) {
    place.answer = parse_number(number, region);
    place.number = number;
    place.region = region;
  }
  return place.answer;
}

}  // namespace concord::index
