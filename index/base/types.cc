#include "index/base/types.h"

namespace concord::index {
namespace {
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's base32
constexpr int kDigits = 13;                                       // 13 * 5 = 65 >= 64 bits

int digit_of(char c) {
  for (int i = 0; i < 32; ++i)
    if (kAlphabet[i] == c) return i;
  return -1;
}
}  // namespace

void write_customer_id(CustomerId id, char* out) {
  out[0] = 'c';
  out[1] = '_';
  std::uint64_t rest = id.value;
  for (int i = kDigits - 1; i >= 0; --i) {
    out[2 + i] = kAlphabet[rest & 31];
    rest >>= 5;
  }
}

std::string to_string(CustomerId id) {
  std::string text(kCustomerIdChars, '\0');
  write_customer_id(id, text.data());
  return text;
}

std::optional<CustomerId> parse_customer_id(std::string_view text) {
  if (text.size() != kCustomerIdChars || text[0] != 'c' || text[1] != '_') return std::nullopt;
  std::uint64_t value = 0;
  for (int i = 0; i < kDigits; ++i) {
    const int digit = digit_of(text[2 + i]);
    if (digit < 0 || (i == 0 && digit > 15)) return std::nullopt;
    value = (value << 5) | static_cast<std::uint64_t>(digit);
  }
  return CustomerId{value};
}

std::string to_hex(Hash128 hash) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(32, '0');
  for (int i = 0; i < 16; ++i) {
    text[15 - i] = kHex[(hash.high >> (4 * i)) & 15];
    text[31 - i] = kHex[(hash.low >> (4 * i)) & 15];
  }
  return text;
}

}  // namespace concord::index
