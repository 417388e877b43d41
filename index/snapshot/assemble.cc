#include "index/snapshot/assemble.h"

#include <algorithm>

#include "index/snapshot/summary.h"

namespace concord::index {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;

// What of a head every record says of itself.
struct HeadFacts {
  std::int64_t newest_at_ms = kNoTime;
  bool has_decisions = false;
  std::int64_t release_at_ms = kNoTime;
  std::vector<std::uint32_t> open_rows;
};

HeadFacts facts_of(const wire::Segment& head) {
  HeadFacts facts;
  std::uint32_t number = 0;
  for (const wire::Row* row : *head.rows()) {
    const EntryView entry(&head, row);
    facts.newest_at_ms = std::max({facts.newest_at_ms, entry.at_ms(), entry.closed_at_ms()});
    facts.has_decisions = facts.has_decisions || entry.kind() == Kind::decision;
    facts.release_at_ms = std::max(facts.release_at_ms, release_at_ms(entry));
    if (stays_open(entry)) facts.open_rows.push_back(number);
    ++number;
  }
  return facts;
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> nested(Builder& b, std::string_view bytes) {
  if (bytes.empty()) return 0;
  b.ForceVectorAlignment(bytes.size(), 1, 8);
  return b.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

template <typename Write>
Assembler::Text Assembler::piece(Write&& write) {
  json_.clear();
  JsonWriter out(json_);
  write(out);
  return builder_.CreateString(json_.data(), json_.size());
}

Assembler::Pieces Assembler::make_pieces(const RecordParts& parts, const EntryRange& entries,
                                         const wire::Summary* behind, UnixMillis always) {
  Tally tally;
  entries.each_of_head([&](EntryView entry) {
    tally.add(entry, always);
    return true;
  });
  if (behind != nullptr) tally.add(*behind);
  Pieces out;
  out.departments = piece([&](JsonWriter& json) { tally.write_departments(json); });
  out.open = piece([&](JsonWriter& json) { tally.write_open_counts(json); });
  const auto kept = [&](Piece which, const flatbuffers::String* (wire::Record::*text)() const,
                        auto&& make) {
    if (!parts.keep[static_cast<std::size_t>(which)]) return piece(make);
    const flatbuffers::String* was = (parts.before->*text)();
    return builder_.CreateString(was->data(), was->size());
  };
  using Places = flatbuffers::Vector<std::uint32_t>;
  const auto list = [&](Piece which, const flatbuffers::String* (wire::Record::*text)() const,
                        const Places* (wire::Summary::*places)() const, auto write) {
    return kept(which, text, [&](JsonWriter& json) {
      write(json, EntryChoice(entries, behind == nullptr ? nullptr : (behind->*places)()), always);
    });
  };
  using R = wire::Record;
  using S = wire::Summary;
  out.contacts = list(Piece::contacts, &R::contacts_json, &S::contacts, write_last_contacts);
  out.told_us = list(Piece::told_us, &R::told_us_json, &S::told_us, write_told_us);
  out.told_them = list(Piece::told_them, &R::told_them_json, &S::told_them, write_told_them);
  out.promises = list(Piece::promises, &R::promises_json, &S::promises, write_promises);
  out.holdings = list(Piece::holdings, &R::holdings_json, &S::holdings, write_holdings);
  out.balances = kept(Piece::balances, &R::balances_json,
                      [&](JsonWriter& json) { tally.write_balances(json); });
  return out;
}

void Assembler::assemble(const RecordParts& parts, std::string& out) {
  const auto& head = *flatbuffers::GetRoot<wire::Segment>(parts.head.data());
  const wire::Summary* behind =
      parts.behind.empty() ? nullptr : flatbuffers::GetRoot<wire::Summary>(parts.behind.data());
  const HeadFacts facts = facts_of(head);
  tails_.clear();
  std::uint32_t entries = head.rows()->size();
  for (const EncodedTail& tail : parts.tails) {
    tails_.push_back(tail.segment);
    entries += tail.label->rows();
  }
  std::int64_t newest = std::max(facts.newest_at_ms, kNoTime + 1);
  if (behind != nullptr) newest = std::max(newest, behind->newest_at());
  std::int64_t last = kNoTime;
  if (head.rows()->size() > 0)
    last = head.rows()->Get(0)->at();
  else if (!parts.tails.empty())
    last = parts.tails.front().label->newest_at();

  Builder& b = builder_;
  b.Clear();
  const Pieces pieces = make_pieces(parts, EntryRange(&head, tails_), behind, UnixMillis{newest});
  const auto open_rows = b.CreateVector(facts.open_rows);
  const auto portrait = nested(b, parts.portrait);
  const auto awaits = nested(b, parts.awaits);
  const auto hidden = nested(b, parts.hidden);
  const auto behind_at = nested(b, parts.behind);
  const auto head_at = nested(b, parts.head);
  const bool decisions = facts.has_decisions || (behind != nullptr && behind->has_decisions());
  const std::int64_t release_at =
      std::max(facts.release_at_ms, behind == nullptr ? kNoTime : behind->release_at());
  // A null offset is left out by the builder.
  b.Finish(wire::CreateRecord(b, parts.id.value, parts.seq, parts.created_seq, parts.is_account,
                              newest, last, entries, decisions, head_at, behind_at, hidden,
                              open_rows, portrait, awaits, pieces.departments, pieces.open,
                              pieces.contacts, pieces.told_us, pieces.told_them, pieces.promises,
                              pieces.balances, pieces.holdings, release_at),
           wire::RecordIdentifier());
  out.assign(reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize());
  out.resize((out.size() + 7) & ~std::size_t{7});
}

}  // namespace concord::index
