#include "index/snapshot/publish.h"

#include <algorithm>

#include "index/snapshot/assemble.h"
#include "index/snapshot/awaits.h"
#include "index/snapshot/portrait.h"
#include "index/snapshot/sum_changed.h"

namespace concord::index {
namespace {

using Entries = std::vector<const EntryState*>;

// Visible entries newest first, then withdrawn ones; each in a total order.
std::pair<Entries, Entries> ordered(const CustomerRecord& record) {
  std::pair<Entries, Entries> split;
  for (const auto& [id, entry] : record.entries)
    (entry.hidden() ? split.second : split.first).push_back(&entry);
  const auto newest_first = [](const EntryState* a, const EntryState* b) {
    return a->at_ms() != b->at_ms() ? a->at_ms() > b->at_ms() : a->id < b->id;
  };
  std::sort(split.first.begin(), split.first.end(), newest_first);
  std::sort(split.second.begin(), split.second.end(), newest_first);
  return split;
}

}  // namespace

RecordEncoder::RecordEncoder() : assembler_(std::make_unique<Assembler>()) {}
RecordEncoder::~RecordEncoder() = default;

// The head of a record with these entries; `rows` of them are in it.
std::string RecordEncoder::encode_head(std::span<const EntryState* const> entries,
                                       std::size_t& rows) {
  const auto build = [&](std::size_t rows_max, std::size_t bytes_max) {
    segment_.begin(SegmentUse::visible);
    rows = 0;
    while (rows < entries.size() && rows < rows_max && segment_.json_bytes() < bytes_max)
      segment_.add(*entries[rows++]);
  };
  build(kHeadRowsMax, kHeadBytesMax);
  // What does not fit leaves room for those to come.
  if (rows < entries.size()) build(kHeadRows, kHeadBytes);
  return std::string(segment_.finish());
}

void RecordEncoder::encode(const CustomerRecord& record, EncodedRecord& out) {
  const auto [visible, withdrawn] = ordered(record);
  std::size_t at = 0;
  const std::string head = encode_head(visible, at);
  out.tails.clear();
  while (at < visible.size()) {
    segment_.begin(SegmentUse::visible);
    while (at < visible.size() && segment_.rows() < kTailRowsMax &&
           segment_.json_bytes() < kTailBytesMax)
      segment_.add(*visible[at++]);
    out.tails.push_back(make_tail(segment_, scratch_));
  }
  std::string hidden;
  if (!withdrawn.empty()) {
    segment_.begin(SegmentUse::withdrawn);
    for (const EntryState* entry : withdrawn) segment_.add(*entry);
    hidden = segment_.finish();
  }
  const std::string portrait(encode_portrait(scratch_, json_, record));
  const std::string awaits(encode_awaits(scratch_, Releases::awaited(record)));
  RecordParts parts;
  parts.id = record.id;
  parts.seq = record.seq;
  parts.created_seq = record.created_seq;
  parts.is_account = record.is_account;
  parts.portrait = portrait;
  parts.awaits = awaits;
  parts.head = head;
  parts.hidden = hidden;
  parts.behind = sum_tails(out.tails, scratch_);
  parts.tails = out.tails;
  assembler_->assemble(parts, out.record);
}

}  // namespace concord::index
