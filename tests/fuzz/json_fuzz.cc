// Any text: what the reader reads, it reads again the same from what it wrote; what it refuses has
// a place, unless a number or the nesting was too large.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "index/base/assert.h"
#include "index/base/json_fault.h"
#include "index/base/json_reader.h"

namespace {

using namespace concord::index;

std::string written(JsonValue value) {
  Buffer out;
  JsonWriter writer(out);
  append_json(writer, value);
  return std::string(out.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static JsonReader reader({.refuse_duplicate_names = false});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = reader.parse(text);
  if (value) {
    CONCORD_ASSERT(!find_json_fault(text, 2 * kJsonDepthDefault));
    const std::string once = written(*value);
    const auto again = reader.parse(once);
    CONCORD_ASSERT(again && written(*again) == once);
  } else if (value.error().place.empty()) {
    CONCORD_ASSERT(value.error().code == Code::over_limit || !find_json_fault(text, size + 1));
  }
  return 0;
}
