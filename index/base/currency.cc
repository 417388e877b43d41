#include "index/base/currency.h"

#include <algorithm>
#include <array>

namespace concord::index {
namespace {

constexpr std::array<std::string_view, 16> kNoDigits{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                     "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                     "VND", "VUV", "XAF", "XOF"};
constexpr std::array<std::string_view, 7> kThreeDigits{"BHD", "IQD", "JOD", "KWD",
                                                       "LYD", "OMR", "TND"};

}  // namespace

int exponent_of_currency(std::string_view currency) {
  if (std::find(kNoDigits.begin(), kNoDigits.end(), currency) != kNoDigits.end()) return 0;
  if (std::find(kThreeDigits.begin(), kThreeDigits.end(), currency) != kThreeDigits.end()) return 3;
  return 2;
}

}  // namespace concord::index
