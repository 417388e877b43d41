#include "index/customer/phone.h"

#include <phonenumbers/phonenumberutil.h>

namespace concord::index {

std::string normalise_phone(std::string_view number, const std::string& region) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  static const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber parsed;
  if (util.Parse(std::string(number), region.empty() ? "ZZ" : region, &parsed) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsPossibleNumber(parsed))
    return {};
  std::string text;
  util.Format(parsed, PhoneNumberUtil::E164, &text);
  return text;
}

}  // namespace concord::index
