// A writer that builds generation after generation, each with a few events more than the last.
#include <algorithm>
#include <array>

#include "index/generation.h"
#include "index/reindex.h"
#include "tests/faults/power/child.h"
#include "tests/support/events.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr std::uint64_t kEventsMore = 20;
constexpr std::int64_t kBeginMs = 1'700'000'000'000;

std::string event_bytes(std::uint64_t number) {
  const std::string name = std::to_string(number);
  const std::string email = "email:c" + std::to_string(number % 7) + "@example.com";
  return test::Saying("shop", "e" + name, kBeginMs + static_cast<std::int64_t>(number) * 1000)
      .of({email.c_str()})
      .department("sales")
      .entry(index::Kind::order, "o" + name)
      .subject("Order number " + name)
      .text("A lamp, a chair and a table for the garden, to be delivered on a Tuesday")
      .bytes();
}

// One generation of the events 1..count. Errors: what went wrong, also a rejected event.
Result<void> build(const std::string& folder, std::uint64_t count) {
  index::ReindexOptions options;
  options.threads = 1;
  options.identity_types = index::default_identity_types();
  auto reindex = index::Reindex::start(folder, std::move(options));
  if (!reindex) return fail(reindex.error());
  for (std::uint64_t number = 1; number <= count; ++number)
    if (const Result<void> done = (*reindex)->add(event_bytes(number)); !done) return done;
  const Result<index::ReindexReport> report = (*reindex)->finish();
  if (!report) return fail(report.error());
  if (!report->rejections.empty()) return fail(report->rejections.front().error);
  return {};
}

std::string data_of(const std::string& folder) { return folder + "/data"; }

Result<void> prepare(const std::string& folder) { return build(data_of(folder), kEventsMore); }

Result<index::LoadedGeneration> load(const std::string& folder) {
  return index::load_generation(data_of(folder), 1, {});
}

Result<void> feed(const Feed& feed) {
  const Result<index::LoadedGeneration> last = load(feed.folder);
  if (!last) return fail(last.error());
  for (std::uint64_t count = last->manifest.seq;;) {
    count += kEventsMore;
    if (const Result<void> done = build(data_of(feed.folder), count); !done) return done;
    acknowledge({feed.round, count});
  }
}

// The current generation is whole, and no older than the last that was acknowledged.
Result<void> verify(const std::string& folder, std::span<const EventName> acknowledged) {
  const Result<index::LoadedGeneration> loaded = load(folder);
  if (!loaded) return fail(Code::damaged, loaded.error().text(), "generation");
  std::string damage;
  index::verify_generation(loaded->folder, loaded->manifest, 1,
                           [&](const index::Error& error) { damage += error.text() + "; "; }, {});
  if (!damage.empty()) return fail(Code::damaged, damage, "generation");
  const std::uint64_t wanted = acknowledged.empty() ? kEventsMore : acknowledged.back().number;
  if (loaded->manifest.seq >= wanted) return {};
  return fail(Code::damaged,
              "its last event is " + std::to_string(loaded->manifest.seq) + ", acknowledged was " +
                  std::to_string(wanted),
              "generation");
}

constexpr std::array<Kind, 1> kKinds{
    {{"generations", "builds generations, acknowledges each", prepare, feed, verify}}};

}  // namespace

std::span<const Kind> generation_kinds() { return kKinds; }

}  // namespace concord::power
