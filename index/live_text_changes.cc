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
  std::uint32_t place = 0;
  record.each_entry([&](EntryView entry) {
    const std::uint64_t hash = entry.row().id_hash();
    if (has_words(entry)) {
      // A release comes to who waits for it, and changes with what he waits for, by its own seq.
      if (all || entry.has(wire::RowFlag::spread) || entry.row().seq() > covered_)
        documents_.push_back({ref_of(record, entry), record, place, nullptr});
      else
        stay.insert(hash);
    }
    ++place;
    return true;
  });
  for (const Alive& one : alive)
    if (one.ref.type == TextType::customer || !stay.contains(one.ref.entry_hash))
      shards_.kill(one.shard, one.number);
  documents_.push_back({ref_of(record), record, 0, nullptr});
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
  const DocRef ref = ref_of(*page);
  documents_.push_back({ref, {}, 0, std::move(page)});
}

TextSource LiveTextChanges::source() const {
  return {documents_.size(), [this](std::size_t i) { return documents_[i].ref; },
          [this](std::size_t i, TextDocument& out) {
            const Document& one = documents_[i];
            if (one.page != nullptr) return fill_page(*one.page, out);
            if (one.ref.type == TextType::customer) return fill_customer(one.record, out);
            fill_entry(one.record.entry(one.place), out);
          }};
}

}  // namespace concord::index
