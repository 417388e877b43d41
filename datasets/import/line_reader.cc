#include <algorithm>
#include <utility>

#include "datasets/import/records.h"

namespace concord::datasets {
namespace {

using index::fail;
using index::Result;

constexpr std::size_t kReadBytes = 256 * 1024;

}  // namespace

Result<std::unique_ptr<LineReader>> LineReader::open(const std::string& path) {
  auto input = open_input(path);
  if (!input) return fail(input.error());
  return std::unique_ptr<LineReader>(new LineReader(std::move(*input)));
}

void LineReader::take(RecordBlock& block, std::string_view text) {
  if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const bool too_long = skipping_ || text.size() > kRecordBytesMax;
  skipping_ = false;
  if (too_long) {
    block.bad.push_back({line_, 0, "over_limit",
                         "the line is longer than " + std::to_string(kRecordBytesMax) + " bytes"});
  } else if (!trimmed(text).empty()) {
    block.rows.push_back({line_, static_cast<std::uint32_t>(block.cells.size()), 1});
    block.cells.push_back(
        {static_cast<std::uint32_t>(block.text.size()), static_cast<std::uint32_t>(text.size())});
    block.text += text;
  }
  ++line_;
}

Result<bool> LineReader::next(RecordBlock& block) {
  block.text.clear();
  block.cells.clear();
  block.rows.clear();
  block.bad.clear();
  while (block.text.size() < kBlockBytes && block.bad.size() < 1000) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      take(block, std::string_view(buffer_).substr(at_, end - at_));
      at_ = end + 1;
      continue;
    }
    if (ended_) {
      if (at_ < buffer_.size() || skipping_) take(block, std::string_view(buffer_).substr(at_));
      at_ = buffer_.size();
      break;
    }
    buffer_.erase(0, at_);
    at_ = 0;
    if (buffer_.size() > kRecordBytesMax) {  // the rest of this line is not kept
      skipping_ = true;
      buffer_.clear();
    }
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kReadBytes);
    auto got = input_->read(buffer_.data() + before, kReadBytes);
    buffer_.resize(before + (got ? *got : 0));
    if (!got) return fail(got.error());
    ended_ = *got == 0;
  }
  return !block.rows.empty() || !block.bad.empty();
}

}  // namespace concord::datasets
