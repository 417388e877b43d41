// What we check of a RocksDB table ourselves, before it opens one: the footer, and the two blocks
// it reads before it looks at their checksums. It takes a footer's word that blocks have none, and
// parses the properties before it verifies them: rotten ones stop the process there.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string_view>

namespace concord::index {

inline constexpr std::size_t kTableEndBytes = 64 * 1024;  // properties, metaindex and footer fit

/// `end` is the last kTableEndBytes of a table of `file_bytes`, or all of it. For tables as
/// rocks_store writes them: format 5, checksums by XXH3.
bool table_end_is_sound(std::string_view end, std::uint64_t file_bytes);

}  // namespace concord::index
