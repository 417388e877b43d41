// One immutable index file with its docs.bin, opened: the generation's, or one live shard.
// Thread class: any-thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/text/text_docs.h"
#include "index/snapshot/text/text_store.h"

namespace concord::index {

class TextPart {
 public:
  /// Checks docs.bin in full and that the store fits it. It does not hash the store: a manifest
  /// does, before this is called. Errors: not_found, damaged, io_error.
  static Result<std::shared_ptr<const TextPart>> open(const std::string& folder);
  TextPart(const TextPart&) = delete;
  TextPart& operator=(const TextPart&) = delete;
  ~TextPart();
  /// Its folder goes when the last one who uses it lets go.
  void retire() const { retired_ = true; }

  [[nodiscard]] const DocTable& documents() const { return documents_; }
  [[nodiscard]] const std::string& store_file() const { return store_file_; }

  /// A reader for one search at a time; goes back when the lease ends.
  class Lease {
   public:
    Lease(const TextPart& part, std::unique_ptr<StoreReader> reader)
        : part_(&part), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    ~Lease();
    StoreReader& operator*() const { return *reader_; }
    StoreReader* operator->() const { return reader_.get(); }
    /// A reader that met damage is not used again.
    void spoil() { reader_.reset(); }

   private:
    const TextPart* part_;
    std::unique_ptr<StoreReader> reader_;
  };
  /// Errors: damaged, io_error.
  [[nodiscard]] Result<Lease> lease() const;

  /// Numbers of the documents of one owner (0: knowledge), newest first. The first
  /// call sorts all rows by owner; later ones take O(log documents). Any-thread.
  [[nodiscard]] std::span<const std::uint32_t> of_owner(std::uint64_t owner) const;
  /// The number of the document of exactly this reference; 0: none.
  [[nodiscard]] std::uint32_t number_of(const DocRef& ref) const;

 private:
  TextPart() = default;

  std::string folder_;
  std::string store_file_;
  DocTable documents_;
  mutable std::mutex lock_;                                 // guards idle_
  mutable std::vector<std::unique_ptr<StoreReader>> idle_;  // Xapian's handles are one-owner
  mutable std::atomic<bool> retired_{false};
  mutable std::once_flag sorted_;
  mutable std::vector<std::uint32_t> by_owner_;
};

}  // namespace concord::index
