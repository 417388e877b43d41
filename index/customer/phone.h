// Phone numbers by libphonenumber, kept behind this one file.
// Thread class: any-thread.
#pragma once
#include <string>
#include <string_view>

namespace concord::index {

/// E.164 ("+493012345") of a number as people write it; `region` is the ISO country of numbers
/// without a country code. Empty when it cannot be a phone number. Borrows: valid until this thread
/// asks again. No allocation for a number this thread asked lately.
std::string_view normalise_phone(std::string_view number, const std::string& region);

}  // namespace concord::index
