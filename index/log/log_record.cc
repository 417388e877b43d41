#include "index/log/log_record.h"

#include <cstring>

#include "index/base/assert.h"
#include "index/base/hash.h"

namespace concord::index {
namespace {

constexpr std::uint16_t kFormat = 2;
constexpr std::uint16_t kRedacted = 1;
constexpr std::uint16_t kKept = 2;
constexpr char kHeadMagic[] = "cclog-hd";
constexpr char kMarkMagic[] = "cclog-mk";
constexpr std::size_t kMagicBytes = 8;

// Fixed fields, little-endian, one after the other.
class Writer {
 public:
  template <typename T>
  Writer& add(const T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Writer& add_text(std::string_view text) {
    out_.append(text);
    return *this;
  }
  std::string checked() {
    const std::uint64_t check = hash64(out_);
    add(check);
    return std::move(out_);
  }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  T take() {
    T value{};
    CONCORD_ASSERT(at_ + sizeof value <= bytes_.size());
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

bool check_holds(std::string_view bytes) {
  std::uint64_t check = 0;
  std::memcpy(&check, bytes.data() + bytes.size() - sizeof check, sizeof check);
  return check == hash64(bytes.substr(0, bytes.size() - sizeof check));
}

tl::unexpected<Error> damaged(const char* what, EventSeq seq) {
  return fail(Code::damaged, what, "event " + std::to_string(seq));
}

std::string encode_position(const char* magic, const Head& head) {
  Writer out;
  out.add_text({magic, kMagicBytes}).add(std::uint32_t{kFormat}).add(head.position.partition);
  out.add(head.position.seq).add(head.position.chain).add(head.epoch);
  return out.add(head.changes).checked();
}

Result<Head> decode_position(const char* magic, std::string_view bytes, const char* place) {
  if (bytes.size() != kMarkBytes) return fail(Code::damaged, "has the wrong length", place);
  if (!check_holds(bytes)) return fail(Code::damaged, "its checksum does not hold", place);
  if (bytes.substr(0, kMagicBytes) != std::string_view(magic, kMagicBytes))
    return fail(Code::damaged, "is something else", place);
  Reader in(bytes.substr(kMagicBytes));
  if (in.take<std::uint32_t>() != kFormat)
    return fail(Code::unsupported, "written by another version of concord", place);
  Head head;
  head.position.partition = in.take<std::uint32_t>();
  head.position.seq = in.take<EventSeq>();
  head.position.chain = in.take<Hash128>();
  head.epoch = in.take<std::uint64_t>();
  head.changes = in.take<std::uint64_t>();
  return head;
}

}  // namespace

std::string seq_key(std::uint64_t seq) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<char>((seq >> (56 - 8 * i)) & 0xff);
  return key;
}

std::uint64_t seq_of_key(std::string_view key) {
  CONCORD_ASSERT(key.size() == 8);
  std::uint64_t seq = 0;
  for (const char c : key) seq = (seq << 8) | static_cast<unsigned char>(c);
  return seq;
}

std::string id_key_bytes(Hash128 id_key) { return seq_key(id_key.high) + seq_key(id_key.low); }

std::string encode_event_record(const EventRecord& record) {
  const LoggedEvent& event = record.event;
  Writer header;
  const int flags = (record.redacted ? kRedacted : 0) | (record.kept ? kKept : 0);
  header.add(kFormat).add(static_cast<std::uint16_t>(flags));
  header.add(static_cast<std::uint32_t>(event.bytes.size())).add(event.seq);
  header.add(event.id_key).add(event.content).add(event.salt).add(event.payload_hash);
  std::string out = header.add(record.chain).checked();
  CONCORD_ASSERT(out.size() == kEventHeaderBytes);
  return out.append(event.bytes);
}

Result<EventRecord> decode_event_record(std::string_view bytes, EventSeq seq) {
  if (bytes.size() < kEventHeaderBytes) return damaged("its record is too short", seq);
  Reader in(bytes);
  if (in.take<std::uint16_t>() != kFormat)
    return fail(Code::unsupported, "written by another version of concord",
                "event " + std::to_string(seq));
  if (!check_holds(bytes.substr(0, kEventHeaderBytes)))
    return damaged("the checksum of its header does not hold", seq);
  EventRecord record;
  const auto flags = in.take<std::uint16_t>();
  record.redacted = (flags & kRedacted) != 0;
  record.kept = (flags & kKept) != 0;
  const auto length = in.take<std::uint32_t>();
  LoggedEvent& event = record.event;
  event.seq = in.take<EventSeq>();
  event.id_key = in.take<Hash128>();
  event.content = in.take<Hash128>();
  event.salt = in.take<Hash128>();
  event.payload_hash = in.take<Hash128>();
  record.chain = in.take<Hash128>();
  event.bytes = bytes.substr(kEventHeaderBytes);
  if (event.seq != seq) return damaged("another event stands in its place", seq);
  if (event.bytes.size() != length) return damaged("its payload has the wrong length", seq);
  if (!record.redacted && payload_hash_of(event.salt, event.bytes) != event.payload_hash)
    return damaged("its payload is not what was written", seq);
  return record;
}

namespace {

constexpr char kByKey = 'k';
constexpr char kBySeq = 's';

std::string kept_place(Hash128 keep_as) { return "kept event " + to_hex(keep_as); }

}  // namespace

std::string kept_key(Hash128 keep_as) { return kByKey + id_key_bytes(keep_as); }
std::string kept_seq_key(EventSeq seq) { return kBySeq + seq_key(seq); }
bool is_kept_seq_key(std::string_view key) { return key.size() == 9 && key.front() == kBySeq; }

EventSeq seq_of_kept_key(std::string_view key) { return seq_of_key(key.substr(1)); }

std::string encode_keep_as(Hash128 keep_as) { return Writer().add(keep_as).checked(); }

Result<Hash128> decode_keep_as(std::string_view bytes) {
  if (bytes.size() != 24 || !check_holds(bytes))
    return fail(Code::damaged, "the key of a kept event does not hold", "kept");
  return Reader(bytes).take<Hash128>();
}

std::string encode_kept(const KeptRecord& record) {
  const KeptEvent& event = record.event;
  Writer header;
  header.add(kFormat).add(std::uint16_t{0}).add(static_cast<std::uint32_t>(event.bytes.size()));
  header.add(event.seq).add(event.keep_as).add(record.salt).add(record.payload_hash);
  std::string out = header.checked();
  CONCORD_ASSERT(out.size() == kKeptHeaderBytes);
  return out.append(event.bytes);
}

Result<KeptRecord> decode_kept(std::string_view bytes, Hash128 keep_as) {
  const auto damage = [&](const char* what) {
    return fail(Code::damaged, what, kept_place(keep_as));
  };
  if (bytes.size() < kKeptHeaderBytes) return damage("its record is too short");
  Reader in(bytes);
  if (in.take<std::uint16_t>() != kFormat)
    return fail(Code::unsupported, "written by another version of concord", kept_place(keep_as));
  if (!check_holds(bytes.substr(0, kKeptHeaderBytes)))
    return damage("the checksum of its header does not hold");
  in.take<std::uint16_t>();
  const auto length = in.take<std::uint32_t>();
  KeptRecord record;
  record.event.seq = in.take<EventSeq>();
  record.event.keep_as = in.take<Hash128>();
  record.salt = in.take<Hash128>();
  record.payload_hash = in.take<Hash128>();
  record.event.bytes = bytes.substr(kKeptHeaderBytes);
  if (record.event.keep_as != keep_as) return damage("another event stands in its place");
  if (record.event.bytes.size() != length) return damage("its payload has the wrong length");
  if (payload_hash_of(record.salt, record.event.bytes) != record.payload_hash)
    return damage("its payload is not what was written");
  return record;
}

std::string encode_head(const Head& head) { return encode_position(kHeadMagic, head); }
Result<Head> decode_head(std::string_view bytes) {
  return decode_position(kHeadMagic, bytes, "head");
}
std::string encode_mark(const Head& mark) { return encode_position(kMarkMagic, mark); }
Result<Head> decode_mark(std::string_view bytes) {
  return decode_position(kMarkMagic, bytes, "mark");
}

std::string encode_known_id(const KnownId& known) {
  return Writer().add(known.seq).add(known.content).checked();
}

Result<KnownId> decode_known_id(std::string_view bytes) {
  if (bytes.size() != 32 || !check_holds(bytes))
    return fail(Code::damaged, "an id's record does not hold", "ids");
  Reader in(bytes);
  KnownId known;
  known.seq = in.take<EventSeq>();
  known.content = in.take<Hash128>();
  return known;
}

}  // namespace concord::index
