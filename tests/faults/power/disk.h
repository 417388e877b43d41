// A disk with a volatile cache under a mounted ext4, whose power can be cut; and the same disk
// after the power has come back. Only inside of run_apart(): whatever goes wrong, nothing stays.
// Thread class: one-owner.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "index/base/result.h"

namespace concord::power {

/// Why this machine cannot do it, as a sentence; empty if it can. Asks for what `fuse` and `loops`
/// name: a test names files that are not there.
std::string missing_here(const std::string& fuse = "/dev/fuse",
                         const std::string& loops = "/dev/loop-control");

/// Makes an ext4 image of `bytes` at `image` that holds what is in `folder`.
index::Result<void> make_image(const std::string& image, std::uint64_t bytes,
                               const std::string& folder, const std::string& log);

struct CutOrder {
  std::uint32_t requests = 1;        // the cut comes at this write or flush from now
  std::uint32_t keep_per_cent = 50;  // of the unflushed sectors, each by a draw
  std::uint64_t seed = 0;
};

struct CutReport {
  std::uint64_t writes = 0;     // between order and cut
  std::uint64_t flushes = 0;    //
  std::uint64_t unflushed = 0;  // sectors in the cache when the power failed
  std::uint64_t kept = 0;       // of them
};

/// nbdkit (disk.py) → nbdfuse → loop device → ext4 at `folder`/mnt. Its bytes: `folder`/disk.img.
class PowerDisk {
 public:
  explicit PowerDisk(std::string folder) : folder_(std::move(folder)) {}

  index::Result<void> start();
  index::Result<void> order(const CutOrder& order);
  /// What was lost, once the power is off.
  [[nodiscard]] std::optional<CutReport> report() const;
  /// Unmounts and ends its programs; disk.img then is what survived.
  index::Result<void> stop();

  [[nodiscard]] std::string mounted() const { return folder_ + "/mnt"; }

 private:
  std::string folder_;
  pid_t served_by_ = -1;
};

/// An ordinary mount of an image: what a machine sees that comes back.
index::Result<void> mount_image(const std::string& image, const std::string& at);
index::Result<void> unmount(const std::string& at);

}  // namespace concord::power
