#include "server/later.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "index/base/assert.h"

namespace concord::server {

struct Waker::Bell {
  Bell() : fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Bell() {
    if (fd >= 0) ::close(fd);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  const int fd;
  std::atomic<bool> rung{false};
};

Waker::Waker() : bell_(std::make_shared<Bell>()) {}

bool Waker::valid() const { return bell_->fd >= 0; }
int Waker::descriptor() const { return bell_->fd; }

void Waker::wake() const {
  if (bell_->rung.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  const ssize_t written = ::write(bell_->fd, &one, sizeof one);
  CONCORD_ASSERT(written == sizeof one || errno == EAGAIN);  // EAGAIN: readable already
}

void Waker::answer() const {
  std::uint64_t count = 0;
  while (::read(bell_->fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
  bell_->rung.exchange(false, std::memory_order_acq_rel);
}

}  // namespace concord::server
