// One event into a published record, at a cost that does not grow with its entries: the entry the
// event is about is read back, folded by the same fold as ever and written again; every other row,
// the portrait and the tails are copied or shared as the bytes they are.
// What comes out answers, byte for byte, as the whole record folded and encoded would.
// Thread class: one-owner.
#pragma once
#include <memory>

#include "index/base/json_reader.h"
#include "index/customer/releases.h"
#include "index/snapshot/assemble.h"
#include "index/snapshot/entry_list.h"
#include "index/snapshot/publish.h"

namespace concord::index {

class RecordUpdater {
 public:
  /// `before` after the event, into `out`, whose shared tails borrow from `before`. `releases`:
  /// those known before the event. Requires: an event of this record's (see fold()). Errors:
  /// damaged (the stored entry does not read back).
  Result<void> fold_into(const StoredRecord& before, const FoldInput& input,
                         const Releases& releases, EncodedRecord& out);

  /// `before` once `release`, the newest of `releases`, has come: false when it does not concern
  /// this record, and `out` is then as it was.
  bool spread_into(const StoredRecord& before, const Releases& releases, EncodedRecord& out);

 private:
  struct Touched;
  void begin(const StoredRecord& before, bool with_portrait);
  Result<Touched> find_touched(std::string_view id);
  void put_back(const Touched& touched, std::string_view id);
  void follow_links(const Releases& releases, const std::vector<std::string>& was,
                    const EntryState& entry);
  void spread(const Releases& releases, const Releases::Spread& once, const Awaits& awaits);
  [[nodiscard]] bool hides(std::string_view id) const;
  std::string_view sum_behind();
  void finish(EncodedRecord& out);

  RecordView before_;
  std::span<const wire::TailLabel* const> labels_;  // of its tails
  CustomerRecord record_;  // its frame, the portrait when it changes, the one entry
  EntryList list_;
  std::string hidden_, portrait_, awaits_;  // new bytes; empty: see *_changed_
  bool hidden_changed_ = false;
  bool portrait_changed_ = false;
  bool awaits_changed_ = false;
  JsonReader reader_;
  Buffer json_;
  SegmentBuilder builder_;
  flatbuffers::FlatBufferBuilder scratch_{1 << 12};
  Assembler assembler_;
};

}  // namespace concord::index
