// From the mutable truth to the published record and back, whole. What an event leaves untouched is
// copied instead by record_update.h.
// Thread class: RecordEncoder one-owner; decode_record any-thread (pure).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "index/base/json_writer.h"
#include "index/base/result.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"
#include "index/snapshot/tail.h"

namespace concord::index {

/// FlatBuffers: a Record, and the tails behind it. Each a multiple of 8 bytes.
struct EncodedRecord {
  std::string record;
  std::vector<EncodedTail> tails;
};

class Assembler;

/// Keeps its buffers between records.
class RecordEncoder {
 public:
  RecordEncoder();
  ~RecordEncoder();
  /// Overwrites `out`. The bytes are a pure function of `record`; no tail is shared.
  void encode(const CustomerRecord& record, EncodedRecord& out);

 private:
  std::string encode_head(std::span<const EntryState* const> entries, std::size_t& rows);
  Buffer json_;
  SegmentBuilder segment_;
  flatbuffers::FlatBufferBuilder scratch_{1 << 12};
  std::unique_ptr<Assembler> assembler_;
};

/// The record without its entries; without its portrait too unless asked for.
CustomerRecord decode_without_entries(const RecordView& view, bool with_portrait);
/// The record that encodes to the same bytes, but for releases that came by a link (see Releases).
/// Errors: damaged.
Result<CustomerRecord> decode_record(const RecordView& view);

}  // namespace concord::index
