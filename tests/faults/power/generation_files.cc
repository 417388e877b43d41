// A writer that builds generation after generation, each with a few events more than the last.
#include <algorithm>
#include <array>

#include "index/generation.h"
#include "index/reindex.h"
#include "tests/faults/power/child_events.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr std::uint64_t kEventsMore = 20;

std::string data_of(const std::string& folder) { return folder + "/data"; }

Result<void> prepare(const std::string& folder) {
  return build_generation(data_of(folder), kEventsMore);
}

Result<index::LoadedGeneration> load(const std::string& folder) {
  return index::load_generation(data_of(folder), 1, {});
}

Result<void> feed(const Feed& feed) {
  const Result<index::LoadedGeneration> last = load(feed.folder);
  if (!last) return fail(last.error());
  for (std::uint64_t count = last->manifest.seq;;) {
    count += kEventsMore;
    if (const Result<void> done = build_generation(data_of(feed.folder), count); !done) return done;
    acknowledge({feed.round, count});
  }
}

// The current generation is whole, and no older than the last that was acknowledged.
Result<void> verify(const std::string& folder, std::span<const Acknowledgement> acknowledged) {
  const Result<index::LoadedGeneration> loaded = load(folder);
  if (!loaded) return fail(Code::damaged, loaded.error().text(), "generation");
  std::string damage;
  index::verify_generation(loaded->folder, loaded->manifest, 1,
                           [&](const index::Error& error) { damage += error.text() + "; "; }, {});
  if (!damage.empty()) return fail(Code::damaged, damage, "generation");
  const std::uint64_t wanted =
      acknowledged.empty() ? kEventsMore : acknowledged.back().event.number;
  if (loaded->manifest.seq >= wanted) return {};
  return fail(Code::damaged,
              "its last event is " + std::to_string(loaded->manifest.seq) + ", acknowledged was " +
                  std::to_string(wanted),
              "generation");
}

constexpr std::array<Kind, 1> kKinds{
    {{"generations", "builds generations, acknowledges each", prepare, feed, verify}}};

}  // namespace

Result<void> build_generation(const std::string& data, std::uint64_t count) {
  index::ReindexOptions options;
  options.threads = 1;
  options.identity_types = index::default_identity_types();
  auto reindex = index::Reindex::start(data, std::move(options));
  if (!reindex) return fail(reindex.error());
  for (std::uint64_t number = 1; number <= count; ++number)
    if (const Result<void> done = (*reindex)->add(index::encode_event(draft_of({0, number})));
        !done)
      return done;
  const Result<index::ReindexReport> report = (*reindex)->finish();
  if (!report) return fail(report.error());
  if (!report->rejections.empty()) return fail(report->rejections.front().error);
  return {};
}

std::span<const Kind> generation_kinds() { return kKinds; }

}  // namespace concord::power
