// The bytes of what the durable log keeps: event, kept event, head, base, id, mark. Each says its
// format and carries a check over all of it, so that nothing is believed because of where it
// stands. Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/log/event_log.h"

namespace concord::index {

inline constexpr std::size_t kMarkBytes = 64;
inline constexpr std::size_t kEventHeaderBytes = 104;
inline constexpr std::size_t kKeptHeaderBytes = 72;

/// Big-endian, so that keys sort as numbers.
std::string seq_key(std::uint64_t seq);
std::uint64_t seq_of_key(std::string_view key);  // requires 8 bytes
std::string id_key_bytes(Hash128 id_key);

struct EventRecord {
  LoggedEvent event;
  Hash128 chain;  // after this event
  bool redacted = false;
  bool kept = false;  // it was appended with keep_as
};
std::string encode_event_record(const EventRecord& record);
/// Checks the format, the header, that it is the event `seq`, and the payload's hash.
/// Errors: damaged, unsupported.
Result<EventRecord> decode_event_record(std::string_view bytes, EventSeq seq);

/// Family kept: the copies by their key, and which event has which key.
std::string kept_key(Hash128 keep_as);
std::string kept_seq_key(EventSeq seq);
bool is_kept_seq_key(std::string_view key);
EventSeq seq_of_kept_key(std::string_view key);  // requires is_kept_seq_key
/// The value that stands under kept_seq_key. Errors: damaged.
std::string encode_keep_as(Hash128 keep_as);
Result<Hash128> decode_keep_as(std::string_view bytes);

struct KeptRecord {
  KeptEvent event;
  Hash128 salt;  // of the payload hash, so that the copy is known as what the chain stands for
  Hash128 payload_hash;
};
std::string encode_kept(const KeptRecord& record);
/// Checks the format, the header, that it is what `keep_as` names, and the payload's hash.
/// Errors: damaged, unsupported.
Result<KeptRecord> decode_kept(std::string_view bytes, Hash128 keep_as);

struct Head {
  Position position;
  std::uint64_t epoch = 0;
  std::uint64_t changes = 0;  // commits of any sort: appends, redactions, trims, rejections
};
std::string encode_head(const Head& head);
Result<Head> decode_head(std::string_view bytes);

std::string encode_known_id(const KnownId& known);
Result<KnownId> decode_known_id(std::string_view bytes);

/// Exactly kMarkBytes.
std::string encode_mark(const Head& mark);
Result<Head> decode_mark(std::string_view bytes);

}  // namespace concord::index
