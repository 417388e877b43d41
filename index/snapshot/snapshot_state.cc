#include "index/snapshot/snapshot_state.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "index/base/assert.h"
#include "index/base/hash.h"

namespace concord::index {
namespace {

constexpr std::size_t kHugePage = 2UL << 20;

void* map_pages(std::size_t bytes) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  if (bytes >= kHugePage) ::madvise(at, bytes, MADV_HUGEPAGE);  // advice: no harm when refused
  return at;
}

}  // namespace

SlotArray::SlotArray() : chunks_(std::make_unique<std::atomic<Slot*>[]>(kChunksMax)) {}
SlotArray::~SlotArray() {
  for (std::uint32_t i = 0; i < kChunksMax; ++i) delete[] chunks_[i].load();
}

std::uint32_t SlotArray::add(std::uint64_t id) {
  const std::uint32_t slot = size_.load(std::memory_order_relaxed);
  const std::uint32_t chunk = slot >> kChunkBits;
  CONCORD_ASSERT(chunk < kChunksMax);
  if (chunks_[chunk].load(std::memory_order_relaxed) == nullptr)
    chunks_[chunk].store(new Slot[kChunk], std::memory_order_release);
  (*this)[slot].id = id;
  size_.store(slot + 1, std::memory_order_release);
  return slot;
}

KeyTable::KeyTable(std::size_t capacity_bits) {
  const std::size_t capacity = std::size_t{1} << capacity_bits;
  bytes_ = capacity * sizeof(Cell);
  void* at = map_pages(bytes_);
  CONCORD_ASSERT(at != nullptr);
  cells_ = static_cast<Cell*>(at);
  for (std::size_t i = 0; i < capacity; ++i) new (&cells_[i]) Cell;
  mask_ = capacity - 1;
  places_.resize(capacity);
}
KeyTable::~KeyTable() { ::munmap(cells_, bytes_); }

std::uint64_t KeyTable::find(Hash128 key) const {
  const std::uint64_t tag = tag_of(key);
  for (std::size_t i = key.low & mask_;; i = (i + 1) & mask_) {
    const std::uint64_t found = cells_[i].tag.load(std::memory_order_acquire);
    if (found == tag) return cells_[i].value.load(std::memory_order_acquire);
    if (found == 0) return kMissing;
  }
}

void KeyTable::put(Hash128 key, std::uint64_t value) {
  CONCORD_ASSERT(used_ <= mask_);
  const std::uint64_t tag = tag_of(key);
  std::size_t i = key.low & mask_;
  while (cells_[i].tag.load(std::memory_order_relaxed) != 0 &&
         cells_[i].tag.load(std::memory_order_relaxed) != tag)
    i = (i + 1) & mask_;
  const bool fresh = cells_[i].tag.load(std::memory_order_relaxed) == 0;
  cells_[i].value.store(value, std::memory_order_release);
  if (!fresh) return;
  places_[i] = key.low;
  ++used_;
  cells_[i].tag.store(tag, std::memory_order_release);
}

std::unique_ptr<KeyTable> KeyTable::grown() const {
  std::size_t bits = 4;
  while ((std::size_t{1} << bits) <= mask_ + 1) ++bits;
  auto bigger = std::make_unique<KeyTable>(bits);
  for (std::size_t i = 0; i <= mask_; ++i)
    if (const std::uint64_t tag = cells_[i].tag.load(std::memory_order_relaxed); tag != 0)
      bigger->put({places_[i], tag}, cells_[i].value.load(std::memory_order_relaxed));
  return bigger;
}

void KeyTable::free_owners() {
  for (std::size_t i = 0; i <= mask_; ++i) {
    const std::uint64_t value = cells_[i].value.load(std::memory_order_relaxed);
    if (cells_[i].tag.load(std::memory_order_relaxed) != 0 && (value & kShared) != 0)
      std::free(reinterpret_cast<void*>(value & ~kShared));
  }
}

Arena::~Arena() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Result<void> Arena::reserve(std::size_t bytes) {
  CONCORD_ASSERT(data_ == nullptr);
  size_ = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  if (size_ == 0) return {};
  data_ = static_cast<char*>(map_pages(size_));
  if (data_ == nullptr)
    return fail(Code::io_error, "no memory for " + std::to_string(bytes) +
                                    " bytes of records: " + std::strerror(errno));
  return {};
}

SnapshotState::SnapshotState(const IdentityTypes& types)
    : ids(new KeyTable(10)),
      identities(new KeyTable(10)),
      sources(new SourcesVersion{0, nullptr, "[]"}),
      normaliser(types) {}

SnapshotState::~SnapshotState() {
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    const Version* version = slots[i].newest.load();
    // Older versions are in the writer's retired list; only the newest is ours, and its tails.
    if (version == nullptr) continue;
    for (std::uint32_t tail = 0; tail < version->tail_count; ++tail) {
      const char* block = reinterpret_cast<const char*>(version->labels[tail]);
      if (!arena.holds(block)) std::free(const_cast<char*>(block));
    }
    if (version->owned != nullptr) std::free(version->owned);
  }
  delete sources.load();  // older ones are the writer's too
  delete ids.load();
  auto* last = const_cast<KeyTable*>(identities.load());
  last->free_owners();
  delete last;
}

const Version* SnapshotState::version_at(std::uint32_t slot, EventSeq revision) const {
  const Version* version = slots[slot].newest.load(std::memory_order_acquire);
  while (version != nullptr && version->seq > revision) version = version->older;
  return version;
}

std::uint32_t SnapshotState::survivor(std::uint32_t slot, EventSeq revision) const {
  for (;;) {
    const Slot& one = slots[slot];
    const EventSeq seq = one.redirect_seq.load(std::memory_order_acquire);
    if (seq == 0 || seq > revision) return slot;
    slot = one.redirected_to();
  }
}

Hash128 id_key(std::uint64_t id) { return {mix64(id), mix64(id ^ 0x9e3779b97f4a7c15ULL)}; }

}  // namespace concord::index
