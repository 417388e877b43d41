#include "server/revision_bell.h"

namespace concord::server {

class RevisionBell::Wait final : public Later {
 public:
  Wait(const RevisionBell& bell, const index::Snapshot& snapshot, index::EventSeq wanted)
      : bell_(bell), snapshot_(snapshot), wanted_(wanted) {
    bell_.waiting_.fetch_add(1);
    // Either the publisher sees this waiter, or ready() sees what was published.
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  ~Wait() override { bell_.waiting_.fetch_sub(1); }
  [[nodiscard]] bool ready() const override { return snapshot_.revision() >= wanted_; }

 private:
  const RevisionBell& bell_;
  const index::Snapshot& snapshot_;
  const index::EventSeq wanted_;
};

void RevisionBell::published() const {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (waiting_.load() == 0) return;
  for (const Waker& waker : wakers_) waker.wake();
}

std::shared_ptr<Later> RevisionBell::wait_for(const index::Snapshot& snapshot,
                                              index::EventSeq wanted) const {
  return std::make_shared<Wait>(*this, snapshot, wanted);
}

}  // namespace concord::server
