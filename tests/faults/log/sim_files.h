// A SimDisk as the file system of a log.
// Thread class: any-thread.
#pragma once
#include <memory>

#include "index/log/log_files.h"
#include "tests/faults/log/sim_disk.h"

namespace concord::test {

std::shared_ptr<index::LogFiles> files_on(const std::shared_ptr<SimDisk>& disk);

}  // namespace concord::test
