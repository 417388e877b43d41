// The rejections' family of the store.
// Thread class: any-thread.
#pragma once
#include <memory>

#include "index/log/rejections.h"

namespace concord::index {

class RocksStore;
class StoreBatch;

/// Where the rejections are written: with the head and the mark, as everything is.
class WriteGate {
 public:
  virtual ~WriteGate() = default;
  virtual Result<void> may_write() = 0;
  virtual Result<void> commit(StoreBatch batch) = 0;
};
/// Store and gate outlive it. Errors: damaged, io_error.
Result<std::unique_ptr<RejectionStore>> open_rejections(RocksStore& store, WriteGate& gate,
                                                        const RejectionLimits& limits);

}  // namespace concord::index
