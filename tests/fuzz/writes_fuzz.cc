// Any bytes as what an employee writes: a body is refused by place, or its events pass the checks
// of the log's door, or these refuse them by place; nothing crashes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "index/base/assert.h"
#include "index/customer/identity_types.h"
#include "index/incoming.h"
#include "server/intake_writes.h"

namespace {

using namespace concord;

struct Tools {
  index::IdentityNormaliser normaliser{index::default_identity_types()};
  index::JsonReader reader;
  std::shared_ptr<const scoring::Policy> policy =
      scoring::load_policy(CONCORD_DEFAULT_POLICY).value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Tools tools;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto body = tools.reader.parse(text);
  if (!body || !body->is(index::JsonType::object)) return 0;
  const auto kind = static_cast<server::WriteKind>(data[0] % 6);
  server::Faults faults(server::Faults::Where::pointer);
  server::Write write = server::read_write(kind, *body, *tools.policy, "mia", faults);
  if (!faults.empty()) return 0;
  write.known = data[0] >= 128;
  const server::WriteName name = server::name_of(write, "mia", "key", "email:a@b.test", text);
  const index::UnixMillis now{1'795'608'000'000};
  for (index::EventDraft& draft :
       server::drafts_of(write, name, "email:a@b.test", now, {{index::Kind::task, "t-1"}})) {
    const auto made = index::make_incoming(std::move(draft), tools.normaliser, {now});
    CONCORD_ASSERT(made.has_value() || !made.error().place.empty());
  }
  return 0;
}
