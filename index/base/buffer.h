// A growing byte buffer that is reused between answers: no zeroing, no allocation once warm.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "index/base/assert.h"

namespace concord::index {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t capacity) { reserve_more(capacity); }
  ~Buffer() { std::free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer(Buffer&& other) noexcept
      : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
    other.data_ = nullptr;
    other.size_ = other.capacity_ = 0;
  }
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  /// Room for `more` bytes behind the end; write there, then `advance`.
  char* reserve_more(std::size_t more) {
    if (capacity_ - size_ < more) grow(more);
    return data_ + size_;
  }
  void advance(std::size_t written) { size_ += written; }
  void append(std::string_view bytes) {
    if (bytes.empty()) return;  // its pointer may be null, which memcpy must not see
    std::memcpy(reserve_more(bytes.size() + 1), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void push(char c) {
    *reserve_more(1) = c;
    ++size_;
  }
  void clear() { size_ = 0; }
  void truncate(std::size_t size) { size_ = size; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] const char* data() const { return data_; }
  [[nodiscard]] char* data() { return data_; }
  [[nodiscard]] std::string_view view() const { return {data_, size_}; }

 private:
  void grow(std::size_t more) {
    std::size_t wanted = capacity_ == 0 ? 256 : capacity_ * 2;
    if (wanted < size_ + more) wanted = size_ + more;
    data_ = static_cast<char*>(std::realloc(data_, wanted));
    CONCORD_ASSERT(data_ != nullptr);
    capacity_ = wanted;
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace concord::index
