// The rejections' family of the store.
// Thread class: any-thread.
#pragma once
#include <memory>

#include "index/log/rejections.h"

namespace concord::index {

class RocksStore;

/// `may_write` is asked before each write: an error of its is the answer. Both outlive it.
/// Errors: damaged, io_error.
class WriteGate {
 public:
  virtual ~WriteGate() = default;
  virtual Result<void> may_write() = 0;
  virtual void write_failed() = 0;  // after a write the store did not take
};
Result<std::unique_ptr<RejectionStore>> open_rejections(RocksStore& store, WriteGate& gate,
                                                        const RejectionLimits& limits);

}  // namespace concord::index
