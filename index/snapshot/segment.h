// Builds one segment of a published record: rows, their words, their JSON, what merging needs.
// Thread class: one-owner.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// Withdrawn entries are kept to be merged into, not to be read: their rows carry no words, so that
/// any number of them fits.
enum class SegmentUse : std::uint8_t { visible, withdrawn };

/// Words of one segment, numbered in the order of their first use; word 0 is "". Borrows them.
class WordTable {
 public:
  std::uint16_t number(std::string_view word);
  [[nodiscard]] const std::vector<std::string_view>& all() const { return all_; }
  void clear();

 private:
  static constexpr std::size_t kCells = 4096;  // at least twice the words of a segment's rows
  std::array<std::uint16_t, kCells> cells_{};
  std::vector<std::string_view> all_;
};

/// Builds segments one after the other out of entries and of rows of other segments. What it is
/// given must live until finish().
class SegmentBuilder {
 public:
  void begin(SegmentUse use);
  void add(const EntryState& entry);
  /// Rows first..first+count of `from`, as they are.
  void copy(const wire::Segment& from, std::uint32_t first, std::uint32_t count);
  /// One row as it is.
  void copy(EntryView entry);
  /// One row with nothing but id, subject and attributes in its JSON, and nothing to merge by: for
  /// reading, never for folding an event into it.
  void add_lean(EntryView entry);
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] std::size_t json_bytes() const { return json_.size(); }
  /// Bytes of a wire::Segment; they lie here until the next begin() or finish().
  std::string_view finish();

 private:
  wire::Row& add_row(EntryView entry);

  SegmentUse use_ = SegmentUse::visible;
  std::vector<wire::Row> rows_;
  Buffer json_;
  std::string merge_;
  WordTable words_;
  const wire::Segment* known_from_ = nullptr;  // the segment known_ is about
  std::vector<std::uint16_t> known_;           // our numbers of its words
  std::vector<flatbuffers::Offset<flatbuffers::String>> word_offsets_;
  flatbuffers::FlatBufferBuilder builder_{1 << 14};
};

/// The entry behind a row, with all stamps. Errors: damaged.
Result<EntryState> decode_entry(JsonReader& reader, EntryView view);

}  // namespace concord::index
