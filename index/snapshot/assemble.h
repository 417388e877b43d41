// Puts a record together out of its parts: what no event touched comes as the bytes it was, the
// pieces of the answer are made from the head's entries and the summary of those behind it.
// Thread class: one-owner.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "index/base/json_writer.h"
#include "index/snapshot/pieces.h"
#include "index/snapshot/publish.h"

namespace concord::index {

/// Everything is borrowed. Empty bytes: there is none.
struct RecordParts {
  CustomerId id;
  EventSeq seq = 0;
  EventSeq created_seq = 0;
  bool is_account = false;
  std::string_view portrait;  // wire::Portrait
  std::string_view awaits;    // wire::Awaits
  std::string_view head;      // wire::Segment
  std::string_view hidden;    // wire::Segment
  std::string_view behind;    // wire::Summary of the tails
  std::span<const EncodedTail> tails;
  const wire::Record* before = nullptr;  // the version whose pieces may be copied
  PieceSet keep;                         // those that no changed entry stands in
};

class Assembler {
 public:
  /// Overwrites `out`: bytes of a wire::Record, a multiple of 8.
  void assemble(const RecordParts& parts, std::string& out);

 private:
  using Text = flatbuffers::Offset<flatbuffers::String>;
  struct Pieces {
    Text departments, open, contacts, told_us, told_them, promises, balances, holdings;
  };
  template <typename Write>
  Text piece(Write&& write);
  Pieces make_pieces(const RecordParts& parts, const EntryRange& entries,
                     const wire::Summary* behind, UnixMillis always);

  Buffer json_;
  std::vector<const wire::Segment*> tails_;
  flatbuffers::FlatBufferBuilder builder_{1 << 14};
};

}  // namespace concord::index
