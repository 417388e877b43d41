#include "server/revision_bell.h"

namespace concord::server {

class RevisionBell::Wait final : public Later {
 public:
  Wait(const RevisionBell& bell, const index::Snapshot& snapshot, index::EventSeq wanted)
      : bell_(bell), snapshot_(snapshot), wanted_(wanted) {
    bell_.waiting_.fetch_add(1);
  }
  ~Wait() override { bell_.waiting_.fetch_sub(1); }
  [[nodiscard]] bool ready() const override { return snapshot_.revision() >= wanted_; }

 private:
  const RevisionBell& bell_;
  const index::Snapshot& snapshot_;
  const index::EventSeq wanted_;
};

// Changes of one atomic have one order. A waiter who comes after this one sees what was published
// before it; one who came before it is counted. A load would not do, and the thread sanitizer knows
// no fences.
void RevisionBell::published() const {
  if (waiting_.fetch_add(0) == 0) return;
  for (const Waker& waker : wakers_) waker.wake();
}

std::shared_ptr<Later> RevisionBell::wait_for(const index::Snapshot& snapshot,
                                              index::EventSeq wanted) const {
  return std::make_shared<Wait>(*this, snapshot, wanted);
}

}  // namespace concord::server
