#include "index/log/rejections_store.h"

#include <cstring>
#include <map>
#include <mutex>

#include "index/base/hash.h"
#include "index/log/log_record.h"
#include "index/log/rocks_store.h"

namespace concord::index {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr char kCountsKey[] = "rejections";  // in the meta family
constexpr std::size_t kItemOverhead = 64;

void add_text(std::string& out, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out.append(text);
}

template <typename T>
void add_number(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string with_check(std::string bytes) {
  add_number(bytes, hash64(bytes));
  return bytes;
}

class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  T number() {
    T value{};
    if (rest_.size() < sizeof value) return give_up<T>();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto length = number<std::uint32_t>();
    if (rest_.size() < length) return give_up<std::string>();
    std::string out(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return out;
  }
  [[nodiscard]] bool whole() const { return !short_ && rest_.empty(); }

 private:
  template <typename T>
  T give_up() {
    short_ = true;
    rest_ = {};
    return {};
  }
  std::string_view rest_;
  bool short_ = false;
};

std::optional<std::string_view> checked(std::string_view bytes) {
  std::uint64_t check = 0;
  if (bytes.size() < sizeof check) return std::nullopt;
  std::memcpy(&check, bytes.data() + bytes.size() - sizeof check, sizeof check);
  bytes.remove_suffix(sizeof check);
  if (hash64(bytes) != check) return std::nullopt;
  return bytes;
}

std::string encode(const Rejection& one) {
  std::string out;
  add_number(out, kFormat);
  add_number(out, static_cast<std::uint8_t>(one.raw_cut));
  add_number(out, one.id);
  add_number(out, one.at_ms);
  for (const std::string* text :
       {&one.source, &one.format, &one.code, &one.place, &one.reason, &one.raw})
    add_text(out, *text);
  return with_check(std::move(out));
}

Result<Rejection> decode(std::string_view bytes, std::uint64_t id) {
  const std::string place = "rejection " + std::to_string(id);
  const auto good = checked(bytes);
  if (!good) return fail(Code::damaged, "its checksum does not hold", place);
  Fields in(*good);
  if (in.number<std::uint8_t>() != kFormat)
    return fail(Code::unsupported, "written by another version of concord", place);
  Rejection one;
  one.raw_cut = in.number<std::uint8_t>() != 0;
  one.id = in.number<std::uint64_t>();
  one.at_ms = in.number<std::int64_t>();
  for (std::string* text : {&one.source, &one.format, &one.code, &one.place, &one.reason, &one.raw})
    *text = in.text();
  if (!in.whole() || one.id != id) return fail(Code::damaged, "is not a rejection", place);
  return one;
}

class StoredRejections final : public RejectionStore {
 public:
  StoredRejections(RocksStore& store, WriteGate& gate, const RejectionLimits& limits)
      : store_(store), gate_(gate), limits_(limits) {}

  // What is there, by walking it: counts are never a matter of belief.
  Result<void> load() {
    const auto counts = store_.get(Family::meta, kCountsKey);
    if (!counts) return fail(counts.error());
    if (*counts) {
      const auto good = checked(**counts);
      if (!good) return fail(Code::damaged, "the counts of rejections do not hold", "rejections");
      Fields in(*good);
      next_id_ = in.number<std::uint64_t>();
      counts_.dropped = in.number<std::uint64_t>();
      counts_.total = next_id_ - 1;
    }
    const auto at = store_.cursor(Family::rejections);
    for (at->seek(""); at->valid(); at->next()) {
      if (at->key().size() != 8) return fail(Code::damaged, "a key is no number", "rejections");
      note(seq_of_key(at->key()), at->value().size());
    }
    return at->state();
  }

  Result<std::uint64_t> keep(std::span<const Rejection> all) override {
    const std::scoped_lock lock(mutex_);
    if (auto may = gate_.may_write(); !may) return tl::unexpected<Error>(may.error());
    const std::uint64_t first = next_id_;
    StoreBatch batch;
    Sizes added;
    for (const Rejection& given : all) {
      Rejection one = given;
      one.id = first + added.size();
      one.raw_cut = given.raw_cut || given.raw.size() > limits_.raw_bytes_max;
      if (one.raw.size() > limits_.raw_bytes_max) one.raw.resize(limits_.raw_bytes_max);
      const std::string bytes = encode(one);
      batch.put(Family::rejections, seq_key(one.id), bytes);
      added.emplace(one.id, bytes.size() + kItemOverhead);
    }
    if (auto written = write(std::move(batch), added, 0); !written)
      return tl::unexpected<Error>(written.error());
    return first;
  }

  Result<std::vector<Rejection>> list(std::uint64_t before_id, std::size_t count_max,
                                      std::string_view source) override {
    std::vector<Rejection> out;
    const auto at = store_.cursor(Family::rejections);
    if (before_id == 0)
      at->seek_last();
    else
      at->seek_before(seq_key(before_id - 1));
    for (; at->valid() && out.size() < count_max; at->previous()) {
      auto one = decode(at->value(), seq_of_key(at->key()));
      if (!one) return tl::unexpected<Error>(one.error());
      if (source.empty() || one->source == source) out.push_back(std::move(*one));
    }
    if (auto state = at->state(); !state) return tl::unexpected<Error>(state.error());
    return out;
  }

  Result<Rejection> get(std::uint64_t id) override {
    const auto bytes = store_.get(Family::rejections, seq_key(id));
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    if (!*bytes)
      return fail(Code::not_found, "no such rejection", "rejection " + std::to_string(id));
    return decode(**bytes, id);
  }

  Result<void> remove(std::uint64_t id) override {
    const std::scoped_lock lock(mutex_);
    if (auto may = gate_.may_write(); !may) return may;
    if (!sizes_.contains(id))
      return fail(Code::not_found, "no such rejection", "rejection " + std::to_string(id));
    return write({}, {}, id);
  }

  Result<void> replace(const Rejection& one) override {
    const std::scoped_lock lock(mutex_);
    if (auto may = gate_.may_write(); !may) return may;
    const auto held = sizes_.find(one.id);
    if (held == sizes_.end())
      return fail(Code::not_found, "no such rejection", "rejection " + std::to_string(one.id));
    Rejection cut = one;
    cut.raw_cut = one.raw_cut || one.raw.size() > limits_.raw_bytes_max;
    if (cut.raw.size() > limits_.raw_bytes_max) cut.raw.resize(limits_.raw_bytes_max);
    const std::string bytes = encode(cut);
    StoreBatch batch;
    batch.put(Family::rejections, seq_key(one.id), bytes);
    if (auto written = gate_.commit(std::move(batch)); !written) return written;
    counts_.bytes += bytes.size() + kItemOverhead - held->second;
    held->second = bytes.size() + kItemOverhead;
    return {};
  }

  RejectionCounts counts() override {
    const std::scoped_lock lock(mutex_);
    return counts_;
  }

 private:
  using Sizes = std::map<std::uint64_t, std::size_t>;

  void note(std::uint64_t id, std::size_t value_bytes) {
    sizes_.emplace(id, value_bytes + kItemOverhead);
    counts_.bytes += value_bytes + kItemOverhead;
    ++counts_.kept;
    if (id >= next_id_) next_id_ = id + 1;
    counts_.total = next_id_ - 1;
  }

  // What is `added` and, unless 0, what is `removed`, with the oldest that no longer fit.
  Result<void> write(StoreBatch batch, const Sizes& added, std::uint64_t removed) {
    const RejectionCounts before = counts_;
    Sizes gone;
    for (const auto& [id, bytes] : added) counts_.bytes += bytes;
    counts_.total += added.size();
    sizes_.insert(added.begin(), added.end());
    if (removed != 0) drop(sizes_.find(removed), batch, gone);
    while (sizes_.size() > limits_.count_max || counts_.bytes > limits_.bytes_max) {
      drop(sizes_.begin(), batch, gone);
      ++counts_.dropped;
    }
    counts_.kept = sizes_.size();
    std::string kept;
    add_number(kept, next_id_ + added.size());
    add_number(kept, counts_.dropped);
    batch.put(Family::meta, kCountsKey, with_check(std::move(kept)));
    const auto written = gate_.commit(std::move(batch));
    if (written) {
      next_id_ += added.size();
      return {};
    }
    sizes_.insert(gone.begin(), gone.end());
    for (const auto& [id, bytes] : added) sizes_.erase(id);
    counts_ = before;
    return written;
  }

  void drop(Sizes::iterator which, StoreBatch& batch, Sizes& gone) {
    counts_.bytes -= which->second;
    batch.remove(Family::rejections, seq_key(which->first));
    gone.insert(*which);
    sizes_.erase(which);
  }

  RocksStore& store_;
  WriteGate& gate_;
  const RejectionLimits limits_;
  std::mutex mutex_;
  Sizes sizes_;  // of what is kept
  RejectionCounts counts_;
  std::uint64_t next_id_ = 1;
};

}  // namespace

Result<std::unique_ptr<RejectionStore>> open_rejections(RocksStore& store, WriteGate& gate,
                                                        const RejectionLimits& limits) {
  auto opened = std::make_unique<StoredRejections>(store, gate, limits);
  if (auto loaded = opened->load(); !loaded) return tl::unexpected<Error>(loaded.error());
  return opened;
}

}  // namespace concord::index
