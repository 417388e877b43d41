#include "index/live_text_changes.h"

#include <algorithm>
#include <utility>

namespace concord::index {

std::vector<LiveTextChanges::Alive> LiveTextChanges::alive_of(std::uint64_t owner) const {
  std::vector<Alive> out;
  shards_.each_of(owner, [&](std::size_t shard, std::uint32_t number) {
    out.push_back({shard, number, shards_.row(shard, number).ref()});
  });
  return out;
}

/// Documents of customers who are part of this one now. True: there were some.
bool LiveTextChanges::kill_merged(const RecordView& record) {
  bool any = false;
  for (const std::uint64_t merged : *record.portrait().merged_from())
    for (const Alive& one : alive_of(merged)) {
      shards_.kill(one.shard, one.number);
      any = true;
    }
  return any;
}

void LiveTextChanges::add_customer(CustomerId customer) {
  const RecordView record = snapshot_.find(pin_, customer);
  if (!record || record.seq() <= covered_ || !done_.insert(record.id().value).second) return;
  const bool all = kill_merged(record);
  const std::vector<Alive> alive = alive_of(record.id().value);
  // Those that stay are neither indexed anew nor killed.
  std::unordered_set<std::uint64_t> stay;
  record.each_entry([&](EntryView entry) {
    const std::uint64_t hash = entry.row().id_hash();
    if (has_words(entry)) {
      // A release comes to who waits for it, and changes with what he waits for, by its own seq.
      if (all || entry.has(wire::RowFlag::spread) || entry.row().seq() > covered_)
        fill_entry(entry, changes_.emplace_back(TextChange{ref_of(record, entry), {}}).document);
      else
        stay.insert(hash);
    }
    return true;
  });
  for (const Alive& one : alive)
    if (one.ref.type == TextType::customer || !stay.contains(one.ref.entry_hash))
      shards_.kill(one.shard, one.number);
  fill_customer(record, changes_.emplace_back(TextChange{ref_of(record), {}}).document);
}

void LiveTextChanges::add_page(std::shared_ptr<const KnowledgePage> page) {
  if (!pages_) {
    pages_.emplace();
    for (const Alive& one : alive_of(0)) pages_->emplace(one.ref.entry_hash, one);
  }
  if (const auto old = pages_->find(page->hash); old != pages_->end()) {
    shards_.kill(old->second.shard, old->second.number);
    pages_->erase(old);
  }
  if (page->withdrawn) return;
  fill_page(*page, changes_.emplace_back(TextChange{ref_of(*page), {}}).document);
}

TextSource source_of(const std::vector<TextChange>& changes) {
  return {changes.size(), [&](std::size_t i) { return changes[i].ref; },
          [&](std::size_t i, TextDocument& out) { out = changes[i].document; }};
}

}  // namespace concord::index
