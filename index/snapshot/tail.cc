#include "index/snapshot/tail.h"

#include <algorithm>
#include <array>

#include "index/base/assert.h"
#include "index/snapshot/summary.h"

namespace concord::index {
namespace {

constexpr unsigned kFilterWords = 16;

// The three bits of an id in the 1024 of a filter.
std::array<std::uint32_t, 3> filter_bits(std::uint64_t id_hash) {
  const auto bit = [&](unsigned shift) {
    return static_cast<std::uint32_t>(id_hash >> shift) & (kFilterWords * 64 - 1);
  };
  return {bit(0), bit(20), bit(40)};
}

wire::TailRef ref_of(const wire::Segment& segment) {
  const auto& rows = *segment.rows();
  std::array<std::uint64_t, kFilterWords> filter{};
  for (const wire::Row* row : rows)
    for (const std::uint32_t bit : filter_bits(row->id_hash()))
      filter[bit / 64] |= std::uint64_t{1} << (bit % 64);
  return wire::TailRef(rows.Get(0)->at(), rows.Get(rows.size() - 1)->at(), rows.size(), 0, 0, 0,
                       filter);
}

}  // namespace

std::string padded(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 7);
  out.assign(bytes);
  out.resize((bytes.size() + 7) & ~std::size_t{7});
  return out;
}

EncodedTail make_tail(SegmentBuilder& builder, flatbuffers::FlatBufferBuilder& scratch) {
  CONCORD_ASSERT(builder.rows() > 0 && builder.rows() <= 255);
  EncodedTail tail;
  tail.bytes = padded(builder.finish());
  const wire::Segment& segment = tail.segment();
  Summing sum;
  std::uint32_t number = 0;
  for (const wire::Row* row : *segment.rows()) sum.add(EntryView(&segment, row), number++);
  tail.ref = ref_of(segment);
  tail.ref.mutate_segment_bytes(static_cast<std::uint32_t>(tail.bytes.size()));
  tail.ref.mutate_root(
      static_cast<std::uint32_t>(reinterpret_cast<const char*>(&segment) - tail.bytes.data()));
  tail.bytes += padded(sum.finish(scratch));
  tail.ref.mutate_bytes(static_cast<std::uint32_t>(tail.bytes.size()));
  return tail;
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

bool may_hold(const wire::TailRef& ref, std::uint64_t id_hash) {
  const auto& filter = *ref.filter();
  for (const std::uint32_t bit : filter_bits(id_hash))
    if ((filter.Get(bit / 64) >> (bit % 64) & 1U) == 0) return false;
  return true;
}

bool verify_tail(const char* bytes, std::size_t size, const wire::TailRef& ref) {
  if (ref.bytes() != size || ref.segment_bytes() > size) return false;
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes);
  flatbuffers::Verifier segment_verifier(at, ref.segment_bytes());
  if (!segment_verifier.VerifyBuffer<wire::Segment>(nullptr)) return false;
  flatbuffers::Verifier summary_verifier(at + ref.segment_bytes(), size - ref.segment_bytes());
  if (!summary_verifier.VerifyBuffer<wire::Summary>(nullptr)) return false;
  const auto* segment = flatbuffers::GetRoot<wire::Segment>(bytes);
  return tail_begin(*segment, ref) == bytes && segment->rows() != nullptr &&
         segment->rows()->size() == ref.rows();
}

}  // namespace concord::index
