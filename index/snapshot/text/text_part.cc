#include "index/snapshot/text/text_part.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include "index/snapshot/text/text_build.h"

namespace concord::index {

Result<std::shared_ptr<const TextPart>> TextPart::open(const std::string& folder) {
  const std::shared_ptr<TextPart> part(new TextPart());
  part->folder_ = folder;
  auto documents = DocTable::open((std::filesystem::path(folder) / kTextDocsFile).string());
  if (!documents) return fail(std::move(documents.error()));
  part->documents_ = std::move(*documents);
  part->store_file_ = (std::filesystem::path(folder) / kTextStoreFile).string();
  std::error_code error;
  const auto size = std::filesystem::file_size(part->store_file_, error);
  if (error == std::errc::no_such_file_or_directory)
    return fail(Code::not_found, "text index: is missing", part->store_file_);
  if (error) return fail(Code::io_error, "cannot stat: " + error.message(), part->store_file_);
  if (size != part->documents_.facts().store_bytes)
    return fail(Code::damaged, "text index: cut, grown or of another build", part->store_file_);
  auto reader = part->lease();
  if (!reader) return fail(std::move(reader.error()));
  if ((*reader)->count() != part->documents_.rows().size())
    return fail(Code::damaged, "text index: does not fit its docs.bin", part->store_file_);
  return part;
}

TextPart::~TextPart() {
  if (!retired_) return;
  idle_.clear();
  std::error_code ignored;  // what stays is swept at the next start
  std::filesystem::remove_all(folder_, ignored);
}

TextPart::Lease::~Lease() {
  if (reader_ == nullptr) return;
  const std::lock_guard guard(part_->lock_);
  part_->idle_.push_back(std::move(reader_));
}

Result<TextPart::Lease> TextPart::lease() const {
  {
    const std::lock_guard guard(lock_);
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(reader));
    }
  }
  auto opened = StoreReader::open(store_file_);
  if (!opened) return fail(std::move(opened.error()));
  return Lease(*this, std::make_unique<StoreReader>(std::move(*opened)));
}

std::span<const std::uint32_t> TextPart::of_owner(std::uint64_t owner) const {
  const auto rows = documents_.rows();
  const auto row = [&](std::uint32_t number) -> const DocRow& { return rows[number - 1]; };
  std::call_once(sorted_, [&] {
    by_owner_.resize(rows.size());
    std::iota(by_owner_.begin(), by_owner_.end(), 1U);
    std::sort(by_owner_.begin(), by_owner_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return row(a).owner != row(b).owner ? row(a).owner < row(b).owner : a < b;
    });
  });
  const auto first =
      std::partition_point(by_owner_.begin(), by_owner_.end(),
                           [&](std::uint32_t number) { return row(number).owner < owner; });
  const auto last = std::partition_point(
      first, by_owner_.end(), [&](std::uint32_t number) { return row(number).owner == owner; });
  return {first, last};
}

std::uint32_t TextPart::number_of(const DocRef& ref) const {
  const auto rows = documents_.rows();
  const auto at = std::partition_point(
      rows.begin(), rows.end(), [&](const DocRow& row) { return comes_before(row.ref(), ref); });
  return at != rows.end() && at->ref() == ref ? static_cast<std::uint32_t>(at - rows.begin()) + 1
                                              : 0;
}

}  // namespace concord::index
