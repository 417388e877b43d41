// Tails: the immutable segments behind a record's head, shared between its versions.
// Thread class: any-thread (pure functions over values).
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/segment.h"

namespace concord::index {

// A record keeps its newest entries in its head. A head that has grown over its greatest size keeps
// kHeadRows; the others go to the newest tail or a new one. Bytes are of JSON; one entry more than
// that may stand in a segment, since one entry may be larger.
inline constexpr std::uint32_t kHeadRows = 32;
inline constexpr std::uint32_t kHeadRowsMax = 96;
inline constexpr std::size_t kHeadBytes = 32 * 1024;
inline constexpr std::size_t kHeadBytesMax = 96 * 1024;
inline constexpr std::uint32_t kTailRowsMax = 128;  // below 256: see wire::Summary
inline constexpr std::size_t kTailBytesMax = 128 * 1024;

struct FreeTail {
  void operator()(char* block) const { std::free(block); }
};
using TailBlock = std::unique_ptr<char, FreeTail>;

/// The parts of a tail, by its label.
inline const wire::Segment& segment_of(const wire::TailLabel& label) {
  return *flatbuffers::GetRoot<wire::Segment>(&label + 1);
}
inline const wire::Summary& summary_of(const wire::TailLabel& label) {
  const char* segment = reinterpret_cast<const char*>(&label + 1);
  return *flatbuffers::GetRoot<wire::Summary>(segment + label.segment_bytes());
}

/// A tail on its way into a version: a block of its own, or one that an older version has.
struct EncodedTail {
  const wire::Segment* segment = nullptr;
  const wire::TailLabel* label = nullptr;
  TailBlock own;  // empty: borrowed

  [[nodiscard]] bool is_new() const { return own != nullptr; }
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(label), label->bytes()};
  }
};
/// The tail in `block`, which is one.
EncodedTail tail_in(TailBlock block);

/// A record as a version has it, with the labels of its tails.
struct StoredRecord {
  RecordView view;
  std::span<const wire::TailLabel* const> labels;
};

/// The rows in `builder`, at least one, as a tail.
EncodedTail make_tail(SegmentBuilder& builder, flatbuffers::FlatBufferBuilder& scratch);
/// All rows of `segment` as tails within the bounds, of about one size.
void cut_tails(const wire::Segment& segment, SegmentBuilder& builder,
               flatbuffers::FlatBufferBuilder& scratch, std::vector<EncodedTail>& out);

/// Is the entry perhaps in this tail? False: certainly not.
bool may_hold(const wire::TailLabel& label, std::uint64_t id_hash);

/// Does a whole tail stand at the beginning of `bytes`? Looks at everything.
bool verify_tail(std::string_view bytes);

/// Bytes of JSON in a segment.
inline std::size_t json_bytes(const wire::Segment& segment) { return segment.json()->size(); }

/// `bytes` with zeros up to a multiple of 8.
std::string padded(std::string_view bytes);

}  // namespace concord::index
