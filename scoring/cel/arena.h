// Bytes that live until the next evaluation. Thread class: one-owner. Not allocated from once warm.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "scoring/cel/value.h"

namespace concord::cel {

class Arena {
 public:
  void reset(std::size_t bytes_max) {
    chunk_ = used_ = total_ = 0;
    bytes_max_ = bytes_max;
  }
  /// Aligned for a Value; nullptr when the limit is passed.
  void* take(std::size_t bytes) {
    bytes = (bytes + alignof(Value) - 1) / alignof(Value) * alignof(Value);
    if (bytes > bytes_max_ - total_) return nullptr;
    while (chunk_ < chunks_.size() && chunks_[chunk_].size - used_ < bytes) {
      ++chunk_;
      used_ = 0;
    }
    if (chunk_ == chunks_.size()) {
      const std::size_t size =
          std::max<std::size_t>(bytes, 4096U << std::min<std::size_t>(chunk_, 8));
      chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
    }
    void* at = chunks_[chunk_].bytes.get() + used_;
    used_ += bytes;
    total_ += bytes;
    return at;
  }
  Value* take_values(std::size_t count) {
    return static_cast<Value*>(take(std::max<std::size_t>(count, 1) * sizeof(Value)));
  }

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;  // the one in use; may be one past the last
  std::size_t used_ = 0;   // of it
  std::size_t total_ = 0;
  std::size_t bytes_max_ = 0;
};

}  // namespace concord::cel
