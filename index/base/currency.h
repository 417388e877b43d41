// Money: how many digits a currency has after the point.
// Thread class: any-thread (pure function).
#pragma once
#include <string_view>

namespace concord::index {

/// Digits after the point of an ISO 4217 currency (upper case); 2 for those not known to differ.
int exponent_of_currency(std::string_view currency);

}  // namespace concord::index
