// One record, told event by event, for tests of the fold. Thread class: one-owner.
#pragma once
#include <string>
#include <vector>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/customer/releases.h"
#include "index/intake.h"
#include "index/snapshot/publish.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {

struct Told {
  index::EventSeq seq;
  std::string bytes;
};

inline void fold_told(index::CustomerRecord& record, const Told& told) {
  static const index::IdentityNormaliser normaliser(story_identity_types());
  const auto prepared = index::prepare(told.bytes, normaliser);
  CONCORD_ASSERT(prepared.has_value());
  index::fold(record, index::fold_input(*prepared, told.seq, index::CustomerId{7}));
}

/// A record that hears events in the order they are told; seq counts from 1 unless it is given.
struct Listener {
  index::CustomerRecord record;
  index::EventSeq next = 1;

  Listener& hear(const Saying& saying) { return hear(saying, next); }
  Listener& hear(const Saying& saying, index::EventSeq seq) {
    record.id = index::CustomerId{1};
    fold_told(record, {seq, saying.bytes()});
    next = seq + 1;
    return *this;
  }
  [[nodiscard]] const index::EntryState& entry(const std::string& id) const {
    return record.entries.at(id);
  }
};

/// Everything that is published of a record.
inline std::string published(const index::CustomerRecord& record) {
  index::RecordEncoder encoder;
  index::EncodedRecord encoded;
  encoder.encode(record, encoded);
  std::string all = encoded.record;
  for (const index::EncodedTail& tail : encoded.tails) all.append("|").append(tail.bytes());
  return all;
}

/// Events about one person out of random feeds, their times on a coarse grid so that ties happen.
inline std::vector<Told> told_about_one(std::uint64_t seed, std::size_t count) {
  std::vector<Told> told;
  for (const std::string& bytes : random_feed(seed, count * 2)) {
    const auto event = index::decode_event(bytes);
    CONCORD_ASSERT(event.has_value());
    if (index::Releases::is_release(**event) || told.size() == count) continue;
    index::EventDraft draft;
    (*event)->UnPackTo(&draft);
    draft.at = draft.at / 2500 * 2500;
    told.push_back({told.size() + 1, index::encode_event(draft)});
  }
  return told;
}

/// The same shuffle for the same seed.
template <typename T>
void shuffle(std::vector<T>& all, std::uint64_t seed) {
  for (std::size_t i = all.size(); i > 1; --i)
    std::swap(all[i - 1], all[index::mix64(seed += 0x9e3779b97f4a7c15ULL) % i]);
}

}  // namespace concord::test
