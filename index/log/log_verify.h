// Is the log what was written? The walk over its events, and the words for what it finds.
// Thread class: any-thread (pure functions of the store).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "index/log/durable_log.h"
#include "index/log/log_record.h"
#include "index/log/rocks_store.h"

namespace concord::index {

/// `detail` says what was seen; the text adds what it means and what to do.
FindingRow finding(Finding what, EventSeq seq, std::string place, const std::string& detail);

struct LogEnds {
  Head head;
  Position base;  // where the log begins: the last event before its first
};
/// Head and base as they stand in the store. Errors: damaged, unsupported, io_error.
Result<LogEnds> read_ends(RocksStore& store);
void put_head(StoreBatch& batch, const Head& head);
void put_base(StoreBatch& batch, const Position& base);

struct Verified {
  Position good;                     // the last position up to which everything holds
  std::vector<FindingRow> findings;  // empty, or the first thing that does not
};
struct VerifyInput {
  LogEnds ends;
  Position from;             // events after it are walked; the log must have its chain there
  std::optional<Head> mark;  // must be at or before the head, and have its event's chain
  bool growing = false;      // events behind the head are newer than it, and a mark may be, too
};
/// What is kept of event `seq`, whose value under kept_seq_key is `key_value`. Errors: damaged,
/// unsupported, io_error.
Result<KeptRecord> read_kept_event(RocksStore& store, EventSeq seq, std::string_view key_value);
/// Every kept event, also of those that are trimmed, and each key's way to it and back.
std::vector<FindingRow> verify_kept(RocksStore& store, const LogEnds& ends,
                                    const LogProgress& progress);

Verified verify_log(RocksStore& store, const VerifyInput& input, const LogProgress& progress);

}  // namespace concord::index
