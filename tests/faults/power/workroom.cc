#include "tests/faults/power/workroom.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace concord::power {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "concord-power-";

// The lock is the folder's own: whoever holds it lives. -1: somebody else has it, or it is gone.
int lock_of(const std::string& folder) {
  const int lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  if (lock >= 0) ::close(lock);
  return -1;
}

void remove_abandoned(const std::string& parent) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, error)) {
    if (!entry.path().filename().string().starts_with(kName)) continue;
    const int lock = lock_of(entry.path());
    if (lock < 0) continue;
    std::error_code ignored;  // one that cannot be removed today is looked at again tomorrow
    fs::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

}  // namespace

index::Result<Workroom> Workroom::open(const std::string& parent) {
  remove_abandoned(parent);
  for (int tries = 0; tries < 10; ++tries) {
    std::string folder = parent + "/" + kName + "XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr)
      return index::fail(index::Code::io_error, std::strerror(errno), folder);
    const int lock = lock_of(folder);  // another run may have taken it for an abandoned one
    if (lock >= 0 && fs::exists(folder)) return Workroom(std::move(folder), lock);
    if (lock >= 0) ::close(lock);
  }
  return index::fail(index::Code::io_error, "no folder can be locked", parent);
}

Workroom::Workroom(Workroom&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

Workroom::~Workroom() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  ::close(lock_);
}

}  // namespace concord::power
