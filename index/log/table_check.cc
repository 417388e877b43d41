#include "index/log/table_check.h"

#include <cstring>
#include <optional>

#include "index/base/hash.h"

namespace concord::index {
namespace {

constexpr std::size_t kFooterBytes = 53;  // checksum type, two handles padded to 40, version, magic
constexpr std::size_t kTrailerBytes = 5;  // behind each block: compression type, checksum
constexpr char kXxh3 = 4;                 // the checksum type
constexpr std::uint64_t kMagic = 0x88e241b785f4cff7ULL;
constexpr std::string_view kProperties = "rocksdb.properties";

template <typename T>
T fixed_at(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// Takes a varint off the front.
std::optional<std::uint64_t> varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

struct Handle {
  std::uint64_t offset, size;
};
std::optional<Handle> handle(std::string_view& bytes) {
  const auto offset = varint(bytes);
  const auto size = varint(bytes);
  if (!offset || !size) return std::nullopt;
  return Handle{*offset, *size};
}

struct TableEnd {
  std::string_view bytes;
  std::uint64_t begins;  // its offset in the file

  // The block, if it lies here, is stored as it is and its checksum holds.
  [[nodiscard]] std::optional<std::string_view> block(Handle at) const {
    if (at.offset < begins) return std::nullopt;
    const std::uint64_t from = at.offset - begins;
    if (from > bytes.size() || at.size > bytes.size() - from ||
        bytes.size() - from - at.size < kTrailerBytes)
      return std::nullopt;
    const std::string_view content = bytes.substr(from, at.size);
    const auto type = static_cast<unsigned char>(bytes[from + at.size]);
    const auto stored = fixed_at<std::uint32_t>(bytes, from + at.size + 1);
    const std::uint32_t sum = static_cast<std::uint32_t>(hash64(content)) ^ (type * 0x6b9083d9U);
    if (type != 0 || sum != stored) return std::nullopt;
    return content;
  }
};

// Entries: shared and own length of the key, length of the value, own part of the key, value.
std::optional<Handle> properties_in(std::string_view metaindex) {
  if (metaindex.size() < 4) return std::nullopt;
  const auto restarts = fixed_at<std::uint32_t>(metaindex, metaindex.size() - 4);
  if (restarts > (metaindex.size() - 4) / 4) return std::nullopt;
  std::string_view rest = metaindex.substr(0, metaindex.size() - 4 - 4 * std::size_t{restarts});
  while (!rest.empty()) {
    const auto shared = varint(rest);
    const auto own = varint(rest);
    const auto length = varint(rest);
    if (!shared || !own || !length || *own > rest.size() || *length > rest.size() - *own)
      return std::nullopt;
    std::string_view value = rest.substr(*own, *length);
    if (*shared == 0 && rest.substr(0, *own) == kProperties) return handle(value);
    rest.remove_prefix(*own + *length);
  }
  return std::nullopt;
}

}  // namespace

bool table_end_is_sound(std::string_view end, std::uint64_t file_bytes) {
  if (end.size() < kFooterBytes || end.size() > file_bytes) return false;
  std::string_view footer = end.substr(end.size() - kFooterBytes);
  if (footer[0] != kXxh3 || fixed_at<std::uint64_t>(footer, kFooterBytes - 8) != kMagic)
    return false;
  const TableEnd table{end, file_bytes - end.size()};
  footer.remove_prefix(1);
  const auto metaindex_at = handle(footer);
  if (!metaindex_at) return false;
  const auto metaindex = table.block(*metaindex_at);
  if (!metaindex) return false;
  const auto properties_at = properties_in(*metaindex);
  return properties_at && table.block(*properties_at).has_value();
}

}  // namespace concord::index
