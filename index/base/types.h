// The words every room shares: times, sequence numbers, ids of customers.
// Thread class: immutable (plain values).
#pragma once
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace concord::index {

/// Milliseconds since 1970-01-01T00:00:00Z. `kNoTime` stands for "absent" in packed rows.
struct UnixMillis {
  std::int64_t ms = 0;
  auto operator<=>(const UnixMillis&) const = default;
};
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kDayMs = 86'400'000;

/// Position of an event in the log: gap-free from 1. 0: before the first event.
using EventSeq = std::uint64_t;

/// A customer (or account) for ever; printed as `c_` and 13 base32 characters.
struct CustomerId {
  std::uint64_t value = 0;
  auto operator<=>(const CustomerId&) const = default;
};

inline constexpr std::size_t kCustomerIdChars = 15;
std::string to_string(CustomerId id);
/// Writes exactly kCustomerIdChars characters to `out`.
void write_customer_id(CustomerId id, char* out);
/// Empty unless `text` is exactly what to_string gives.
std::optional<CustomerId> parse_customer_id(std::string_view text);

/// 128 bits; ordered and comparable so that it can be a key. Printed as 32 lower-case hex digits.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};
std::string to_hex(Hash128 hash);

}  // namespace concord::index
