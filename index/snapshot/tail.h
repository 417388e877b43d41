// Tails: the immutable segments behind a record's head, shared between its versions.
// Thread class: any-thread (pure functions over values).
#pragma once
#include <cstdint>
#include <string>
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

/// A tail on its way into a version: new bytes, or one that an older version has.
struct EncodedTail {
  std::string bytes;                      // segment and summary; empty: `shared`
  const wire::Segment* shared = nullptr;  // borrowed
  wire::TailRef ref;

  [[nodiscard]] const wire::Segment& segment() const {
    return bytes.empty() ? *shared : *flatbuffers::GetRoot<wire::Segment>(bytes.data());
  }
  [[nodiscard]] const wire::Summary& summary() const;
};

/// Where the bytes of a tail begin.
inline const char* tail_begin(const wire::Segment& segment, const wire::TailRef& ref) {
  return reinterpret_cast<const char*>(&segment) - ref.root();
}
inline const wire::Summary& EncodedTail::summary() const {
  return *flatbuffers::GetRoot<wire::Summary>(tail_begin(segment(), ref) + ref.segment_bytes());
}

/// The rows in `builder`, at least one, as a tail.
EncodedTail make_tail(SegmentBuilder& builder, flatbuffers::FlatBufferBuilder& scratch);
/// All rows of `segment` as tails within the bounds, of about one size.
void cut_tails(const wire::Segment& segment, SegmentBuilder& builder,
               flatbuffers::FlatBufferBuilder& scratch, std::vector<EncodedTail>& out);

/// Is the entry perhaps in this tail? False: certainly not.
bool may_hold(const wire::TailRef& ref, std::uint64_t id_hash);

/// Are these the bytes of the tail that `ref` speaks of? Looks at everything.
bool verify_tail(const char* bytes, std::size_t size, const wire::TailRef& ref);

/// Bytes of JSON in a segment.
inline std::size_t json_bytes(const wire::Segment& segment) { return segment.json()->size(); }

/// `bytes` with zeros up to a multiple of 8.
std::string padded(std::string_view bytes);

}  // namespace concord::index
