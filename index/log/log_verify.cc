#include "index/log/log_verify.h"

#include <algorithm>
#include <array>

#include "index/base/assert.h"

namespace concord::index {
namespace {

constexpr char kHeadKey[] = "head";
constexpr char kBaseKey[] = "base";
constexpr std::size_t kIdsAtOnce = 256;

struct FindingWords {
  Finding what;
  const char* name;
  bool writable;
  const char* meaning;
};
constexpr char kRestore[] =
    "Answers go on up to the last good event; nothing is written. Copy the data folder away, look "
    "at the disk, then restore the newest backup (concord restore)";
constexpr std::array kWords{
    FindingWords{Finding::new_log, "new_log", true, "a new log was begun; nothing to do"},
    FindingWords{Finding::torn_tail, "torn_tail", true,
                 "the machine stopped in the middle of a write that was not acknowledged yet; the "
                 "torn bytes were cut off and lie beside the log. Nothing acknowledged is lost; "
                 "nothing to do"},
    FindingWords{Finding::mark_missing, "mark_missing", true,
                 "without the high-water mark nobody can tell whether the newest events of the log "
                 "are all there. It was made anew. Find out who removed it; if the disk was "
                 "exchanged or copied, compare with the sources' newest events"},
    FindingWords{Finding::mark_damaged, "mark_damaged", true,
                 "one copy of the high-water mark does not verify; the other one was used and both "
                 "were written again. Look at the disk it lies on"},
    FindingWords{Finding::disk_full, "disk_full", false,
                 "the disk is full: answers go on, writes are refused. Make room, then restart"},
    FindingWords{Finding::tail_missing, "tail_missing", false,
                 "acknowledged events at the end of the log are gone. Was an older copy of the "
                 "folder put in place, or does the disk lie about writes?"},
    FindingWords{Finding::gap, "gap", false, "events are not there"},
    FindingWords{Finding::damaged_event, "damaged_event", false,
                 "bytes on disk are not what was written"},
    FindingWords{Finding::chain_broken, "chain_broken", false,
                 "an event does not follow from the one before it: the log was changed, or put "
                 "together from two"},
    FindingWords{Finding::ids_damaged, "ids_damaged", false,
                 "repeated events could be taken twice: the index of ids disagrees with the log"},
    FindingWords{Finding::kept_damaged, "kept_damaged", false,
                 "what is kept of a decision for good is not what was written"},
    FindingWords{Finding::head_mismatch, "head_mismatch", false,
                 "the log says of itself that it ends elsewhere than it does"},
    FindingWords{Finding::other_history, "other_history", false,
                 "the pieces of this data folder come from different logs: was a generation, a "
                 "mark or a log copied in from elsewhere?"},
    FindingWords{Finding::log_unreadable, "log_unreadable", false,
                 "the log's own files do not open"},
};

const FindingWords& words_of(Finding what) {
  const auto* const it =
      std::find_if(kWords.begin(), kWords.end(), [&](const auto& row) { return row.what == what; });
  CONCORD_ASSERT(it != kWords.end());
  return *it;
}

std::string event_name(EventSeq seq) { return "event " + std::to_string(seq); }

Result<Head> read_position(RocksStore& store, const char* key) {
  const auto bytes = store.get(Family::meta, key);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  if (!*bytes) return fail(Code::damaged, "the log has no such record", key);
  return decode_head(**bytes);
}

// One walk; the first thing that does not hold ends it.
class Walk {
 public:
  Walk(RocksStore& store, const VerifyInput& input, const LogProgress& progress)
      : store_(store), input_(input), progress_(progress), good_(input.from) {}

  Verified run() {
    if (check_begin() && walk() && check_ids() && check_end()) good_ = input_.ends.head.position;
    return {good_, std::move(findings_)};
  }

 private:
  bool found(Finding what, EventSeq seq, std::string place, const std::string& detail) {
    findings_.push_back(finding(what, seq, std::move(place), detail));
    return false;
  }

  // Do generation, log and mark fit together at all?
  bool check_begin() {
    const Position& base = input_.ends.base;
    const Position& head = input_.ends.head.position;
    const Position& from = input_.from;
    if (from.seq < base.seq)
      return found(Finding::gap, from.seq + 1, "",
                   "the generation ends at " + event_name(from.seq) + ", the log begins after " +
                       event_name(base.seq));
    if (from.seq > head.seq) {
      good_ = head;
      return found(Finding::tail_missing, head.seq + 1, "",
                   "the log ends at " + event_name(head.seq) +
                       ", the generation has events up to " + std::to_string(from.seq));
    }
    if (from.seq == base.seq) return check_chain(from, base.chain, "the generation");
    const auto bytes = store_.get(Family::events, seq_key(from.seq));
    if (!bytes) return found(Finding::damaged_event, from.seq, "", bytes.error().text());
    if (!*bytes) return found(Finding::gap, from.seq, "", event_name(from.seq) + " is not there");
    const auto record = decode_event_record(**bytes, from.seq);
    if (!record) return found(Finding::damaged_event, from.seq, "", record.error().text());
    return check_chain(from, record->chain, "the generation");
  }

  bool check_chain(const Position& wanted, Hash128 chain, const char* who) {
    if (wanted.chain == chain) return true;
    return found(Finding::other_history, wanted.seq, "",
                 std::string(who) + " and the log differ at " + event_name(wanted.seq));
  }

  bool walk() {
    const EventSeq last = input_.ends.head.position.seq;
    const auto at = store_.cursor(Family::events);
    for (at->seek(seq_key(good_.seq + 1)); at->valid() && good_.seq < last; at->next()) {
      if (!check_event(at->key(), at->value())) return false;
      if (ids_.size() >= kIdsAtOnce && !check_ids()) return false;
      if (progress_ && good_.seq % 4096 == 0)
        progress_(good_.seq - input_.from.seq, last - input_.from.seq);
    }
    if (auto state = at->state(); !state)
      return found(Finding::damaged_event, good_.seq + 1, state.error().place,
                   state.error().detail);
    if (good_.seq < last)
      return found(Finding::head_mismatch, good_.seq + 1, "",
                   "the head names " + event_name(last) + ", the last one there is " +
                       std::to_string(good_.seq));
    if (at->valid() && !input_.growing)
      return found(Finding::head_mismatch, last, "",
                   "the head names " + event_name(last) + ", but there are events behind it");
    return true;
  }

  bool check_event(std::string_view key, std::string_view value) {
    const EventSeq seq = good_.seq + 1;
    if (key.size() != 8 || seq_of_key(key) != seq)
      return found(Finding::gap, seq, "", event_name(seq) + " is not there");
    const auto record = decode_event_record(value, seq);
    if (!record) return found(Finding::damaged_event, seq, "", record.error().text());
    const Hash128 chain = chain_next(good_.chain, seq, record->event.payload_hash);
    if (chain != record->chain)
      return found(Finding::chain_broken, seq, "",
                   event_name(seq) + " does not follow from the one before it");
    if (input_.mark && input_.mark->position.seq == seq &&
        !check_chain(input_.mark->position, chain, "the high-water mark"))
      return false;
    if (record->kept && !check_kept(*record)) return false;
    ids_.push_back(id_key_bytes(record->event.id_key));
    good_ = {good_.partition, seq, chain};
    return true;
  }

  // Of a kept event the copy must be there, and be the event; of a redacted one, no more.
  bool check_kept(const EventRecord& record) {
    const EventSeq seq = record.event.seq;
    const auto key = store_.get(Family::kept, kept_seq_key(seq));
    if (!key) return found(Finding::kept_damaged, seq, "", key.error().text());
    if (!*key)
      return record.redacted ||
             found(Finding::kept_damaged, seq, "", "the copy of " + event_name(seq) + " is gone");
    if (record.redacted)
      return found(Finding::kept_damaged, seq, "",
                   event_name(seq) + " is redacted, but its copy is still there");
    const auto kept = read_kept_event(store_, seq, **key);
    if (!kept) return found(Finding::kept_damaged, seq, "", kept.error().text());
    return kept->payload_hash == record.event.payload_hash ||
           found(Finding::kept_damaged, seq, "",
                 "the copy of " + event_name(seq) + " says something else");
  }

  // The ids of the events up to good_ that were not looked at yet.
  bool check_ids() {
    const EventSeq first = good_.seq + 1 - ids_.size();
    const auto values = store_.get_many(Family::ids, ids_);
    if (!values) return found(Finding::ids_damaged, first, "", values.error().text());
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const EventSeq seq = first + i;
      const auto known = (*values)[i] ? decode_known_id(*(*values)[i])
                                      : fail(Code::damaged, "it is not there", "ids");
      if (!known || known->seq != seq)
        return found(Finding::ids_damaged, seq, "",
                     "the id of " + event_name(seq) + " is not known as its own");
    }
    ids_.clear();
    return true;
  }

  bool check_end() {
    const Position& head = input_.ends.head.position;
    if (head.chain != good_.chain)
      return found(Finding::head_mismatch, head.seq, "",
                   "the head has another chain than " + event_name(head.seq));
    if (!input_.mark) return true;
    if (input_.mark->position.seq <= head.seq)
      return input_.mark->changes <= input_.ends.head.changes ||
             found(Finding::tail_missing, head.seq, "",
                   "no event is missing, but a redaction, a trim or a rejection that was "
                   "acknowledged after " +
                       event_name(head.seq));
    return found(Finding::tail_missing, head.seq + 1, "",
                 "the log ends at " + event_name(head.seq) + ", but events up to " +
                     std::to_string(input_.mark->position.seq) + " were acknowledged");
  }

  RocksStore& store_;
  const VerifyInput& input_;
  const LogProgress& progress_;
  Position good_;
  std::vector<std::string> ids_;
  std::vector<FindingRow> findings_;
};

}  // namespace

std::string_view name_of(Finding what) { return words_of(what).name; }
bool leaves_writable(Finding what) { return words_of(what).writable; }

FindingRow finding(Finding what, EventSeq seq, std::string place, const std::string& detail) {
  const FindingWords& words = words_of(what);
  std::string text = detail.empty() ? "" : detail + ": ";
  text += words.meaning;
  if (!words.writable && what != Finding::disk_full) text += std::string(". ") + kRestore;
  return {what, seq, std::move(place), std::move(text)};
}

Result<LogEnds> read_ends(RocksStore& store) {
  const auto head = read_position(store, kHeadKey);
  if (!head) return tl::unexpected<Error>(head.error());
  const auto base = read_position(store, kBaseKey);
  if (!base) return tl::unexpected<Error>(base.error());
  if (base->position.seq > head->position.seq)
    return fail(Code::damaged, "the log ends before it begins", "head");
  return LogEnds{*head, base->position};
}

void put_head(StoreBatch& batch, const Head& head) {
  batch.put(Family::meta, kHeadKey, encode_head(head));
}
void put_base(StoreBatch& batch, const Position& base) {
  batch.put(Family::meta, kBaseKey, encode_head({base, 0, 0}));
}

Result<KeptRecord> read_kept_event(RocksStore& store, EventSeq seq, std::string_view key_value) {
  const auto keep_as = decode_keep_as(key_value);
  if (!keep_as) return fail(keep_as.error());
  const auto bytes = store.get(Family::kept, kept_key(*keep_as));
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return fail(Code::damaged, "the copy is not there", event_name(seq));
  auto record = decode_kept(**bytes, *keep_as);
  if (record && record->event.seq != seq)
    return fail(Code::damaged, "the copy is of another event", event_name(seq));
  return record;
}

std::vector<FindingRow> verify_kept(RocksStore& store, const LogEnds& ends,
                                    const LogProgress& progress) {
  const auto damage = [](EventSeq seq, const Error& error) {
    return std::vector{finding(Finding::kept_damaged, seq, error.place, error.detail)};
  };
  const auto at = store.cursor(Family::kept);
  std::uint64_t by_key = 0;
  std::uint64_t by_seq = 0;
  for (at->seek(""); at->valid(); at->next()) {
    if (!is_kept_seq_key(at->key())) {
      ++by_key;
      continue;
    }
    const EventSeq seq = seq_of_kept_key(at->key());
    if (const auto one = read_kept_event(store, seq, at->value()); !one)
      return damage(seq, one.error());
    if (++by_seq % 4096 == 0 && progress) progress(seq, ends.head.position.seq);
  }
  if (auto state = at->state(); !state) return damage(0, state.error());
  if (by_key != by_seq)
    return damage(
        0, {Code::damaged,
            std::to_string(by_key) + " copies, " + std::to_string(by_seq) + " events that have one",
            "kept"});
  return {};
}

Verified verify_log(RocksStore& store, const VerifyInput& input, const LogProgress& progress) {
  return Walk(store, input, progress).run();
}

}  // namespace concord::index
