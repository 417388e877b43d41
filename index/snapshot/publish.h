// From the mutable truth to the published record and back.
// Thread class: RecordEncoder one-owner; decode_record any-thread (pure).
#pragma once
#include <string>
#include <vector>

#include "index/base/json_writer.h"
#include "index/base/result.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

inline constexpr std::uint32_t kHeadRows = 64;   // newest entries kept in the record itself
inline constexpr std::uint32_t kTailRows = 256;  // entries in one tail segment

/// FlatBuffers: a Record, and the Segments behind it. Each a multiple of 8 bytes.
struct EncodedRecord {
  std::string record;
  std::vector<std::string> tails;
};

/// Keeps its buffers between records.
class RecordEncoder {
 public:
  /// Overwrites `out`. The bytes are a pure function of `record`.
  void encode(const CustomerRecord& record, EncodedRecord& out);

 private:
  Buffer json_;
  flatbuffers::FlatBufferBuilder builder_{1 << 14};
  flatbuffers::FlatBufferBuilder segment_builder_{1 << 14};
};

/// The record without its entries; without its portrait too unless asked for.
CustomerRecord decode_without_entries(const RecordView& view, bool with_portrait);
/// The record that encodes to the same bytes, but for releases that came by a link (see Releases).
/// Errors: damaged.
Result<CustomerRecord> decode_record(const RecordView& view);

}  // namespace concord::index
