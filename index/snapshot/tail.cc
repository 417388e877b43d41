#include "index/snapshot/tail.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "index/base/assert.h"
#include "index/snapshot/summary.h"

namespace concord::index {
namespace {

constexpr unsigned kFilterWords = 32;
static_assert(sizeof(wire::TailLabel) % 8 == 0);  // the segment behind it is aligned

// The five bits of an id in the 2048 of a filter.
template <typename Visit>
bool each_bit(std::uint64_t id_hash, Visit&& visit) {
  for (unsigned shift = 0; shift < 55; shift += 11)
    if (!visit(static_cast<std::uint32_t>(id_hash >> shift) & (kFilterWords * 64 - 1)))
      return false;
  return true;
}

wire::TailLabel label_of(const wire::Segment& segment, std::size_t segment_bytes,
                         std::size_t summary_bytes) {
  const auto& rows = *segment.rows();
  std::array<std::uint64_t, kFilterWords> filter{};
  for (const wire::Row* row : rows)
    each_bit(row->id_hash(), [&](std::uint32_t bit) {
      filter[bit / 64] |= std::uint64_t{1} << (bit % 64);
      return true;
    });
  return wire::TailLabel(
      rows.Get(0)->at(), rows.size(),
      static_cast<std::uint32_t>(sizeof(wire::TailLabel) + segment_bytes + summary_bytes),
      static_cast<std::uint32_t>(segment_bytes), filter);
}

std::size_t up_to_8(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

}  // namespace

std::string padded(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 7);
  out.assign(bytes);
  out.resize(up_to_8(bytes.size()));
  return out;
}

EncodedTail tail_in(TailBlock block) {
  EncodedTail tail;
  tail.label = reinterpret_cast<const wire::TailLabel*>(block.get());
  tail.segment = &segment_of(*tail.label);
  tail.own = std::move(block);
  return tail;
}

EncodedTail make_tail(SegmentBuilder& builder, flatbuffers::FlatBufferBuilder& scratch) {
  CONCORD_ASSERT(builder.rows() > 0 && builder.rows() <= 255);
  const std::string_view segment = builder.finish();
  const auto& root = *flatbuffers::GetRoot<wire::Segment>(segment.data());
  Summing sum;
  std::uint32_t number = 0;
  for (const wire::Row* row : *root.rows()) sum.add(EntryView(&root, row), number++);
  const std::string_view summary = sum.finish(scratch);
  const wire::TailLabel label = label_of(root, up_to_8(segment.size()), up_to_8(summary.size()));
  TailBlock block(static_cast<char*>(std::malloc(label.bytes())));
  CONCORD_ASSERT(block != nullptr);
  char* at = block.get();
  std::memcpy(at, &label, sizeof label);
  at += sizeof label;
  for (const std::string_view part : {segment, summary}) {
    std::memcpy(at, part.data(), part.size());
    std::memset(at + part.size(), 0, up_to_8(part.size()) - part.size());
    at += up_to_8(part.size());
  }
  return tail_in(std::move(block));
}

void cut_tails(const wire::Segment& segment, SegmentBuilder& builder,
               flatbuffers::FlatBufferBuilder& scratch, std::vector<EncodedTail>& out) {
  const std::uint32_t rows = segment.rows()->size();
  const std::uint32_t parts = (rows + kTailRowsMax - 1) / kTailRowsMax;
  const std::uint32_t each = parts == 0 ? 0 : (rows + parts - 1) / parts;
  for (std::uint32_t at = 0; at < rows;) {
    builder.begin(SegmentUse::visible);
    while (at < rows && builder.rows() < each && builder.json_bytes() < kTailBytesMax)
      builder.copy(segment, at++, 1);
    out.push_back(make_tail(builder, scratch));
  }
}

bool may_hold(const wire::TailLabel& label, std::uint64_t id_hash) {
  const auto& filter = *label.filter();
  return each_bit(
      id_hash, [&](std::uint32_t bit) { return (filter.Get(bit / 64) >> (bit % 64) & 1U) != 0; });
}

bool verify_tail(std::string_view bytes) {
  if (bytes.size() < sizeof(wire::TailLabel)) return false;
  const auto& label = *reinterpret_cast<const wire::TailLabel*>(bytes.data());
  if (label.bytes() > bytes.size() || label.bytes() < sizeof label || label.bytes() % 8 != 0 ||
      label.segment_bytes() > label.bytes() - sizeof label || label.segment_bytes() % 8 != 0)
    return false;
  const auto* at = reinterpret_cast<const std::uint8_t*>(&label + 1);
  flatbuffers::Verifier segment_verifier(at, label.segment_bytes());
  if (!segment_verifier.VerifyBuffer<wire::Segment>(nullptr)) return false;
  flatbuffers::Verifier summary_verifier(at + label.segment_bytes(),
                                         label.bytes() - sizeof label - label.segment_bytes());
  if (!summary_verifier.VerifyBuffer<wire::Summary>(nullptr)) return false;
  const wire::Summary& sum = summary_of(label);
  for (const auto* list : {sum.contacts(), sum.told_us(), sum.told_them(), sum.promises(),
                           sum.holdings(), sum.open_rows()})
    if (list == nullptr) return false;
  const auto* rows = segment_of(label).rows();
  return rows != nullptr && rows->size() > 0 && rows->size() == label.rows() &&
         rows->size() <= kTailRowsMax;
}

}  // namespace concord::index
