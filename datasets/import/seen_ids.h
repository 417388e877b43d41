// Which event ids have been seen, and with what content: 16 bytes an id and as much spare room.
// Two ids of one hash (63 bits) would be reported as id_reused, not lost in silence; with 100
// million events the chance of one such pair is 1 in 1,800.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace concord::datasets {

enum class Seen : std::uint8_t { fresh, duplicate, reused };

class SeenIds {
 public:
  SeenIds() : slots_(1024) {}
  /// Takes note of (id, content) when the id is fresh.
  Seen add(std::uint64_t id, std::uint64_t content) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = find(slots_, id | 1);
    if (slot.id == 0) {
      slot = {id | 1, content};
      ++count_;
      return Seen::fresh;
    }
    return slot.content == content ? Seen::duplicate : Seen::reused;
  }

 private:
  struct Slot {
    std::uint64_t id = 0;  // 0: free
    std::uint64_t content = 0;
  };
  static Slot& find(std::vector<Slot>& slots, std::uint64_t id) {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = (id >> 1) & mask;
    while (slots[at].id != 0 && slots[at].id != id) at = (at + 1) & mask;
    return slots[at];
  }
  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_)
      if (slot.id != 0) find(larger, slot.id) = slot;
    slots_ = std::move(larger);
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace concord::datasets
