// Any bytes as a body of any form: every line and message gives one item, in order, with a draft
// that passes check_event or a fault; nothing crashes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "index/base/assert.h"
#include "index/customer/identity_types.h"
#include "server/intake_cloud.h"
#include "server/intake_native.h"
#include "server/intake_segment.h"

namespace {

using namespace concord;

struct Tools {
  index::IdentityNormaliser normaliser{index::default_identity_types()};
  server::SourceRegistry sources;
  index::JsonReader strict;
  index::JsonReader loose{server::kSegmentRules};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Tools tools;
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  server::IntakeAsk ask;
  ask.received_at = {1'795'608'000'000};
  ask.sources = &tools.sources;
  ask.normaliser = &tools.normaliser;
  ask.source = "web";
  std::uint32_t last = 0;
  const server::ItemSink sink = [&](server::IntakeItem&& item) {
    CONCORD_ASSERT(item.line > last);
    last = item.line;
    CONCORD_ASSERT(item.drafts.empty() || !item.fault);
  };
  constexpr std::string_view kVerbs[] = {"batch",  "identify", "track", "page",
                                         "screen", "group",    "alias"};
  switch (data[0] % 11) {
    case 0: server::read_lines(body, ask, tools.strict, sink); break;
    case 1: (void)server::read_document(body, ask, tools.strict, sink); break;
    case 2: (void)server::read_cloud_event(body, ask, tools.strict, sink); break;
    case 3: (void)server::read_cloud_batch(body, ask, tools.strict, sink); break;
    default: (void)server::read_segment(kVerbs[data[0] % 11 - 4], body, ask, tools.loose, sink);
  }
  return 0;
}
