// A run of records of one file, cut into cells: what the readers make and the workers map.
// Thread class: one-owner; handed from the reader to a worker as a whole.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/import/input.h"
#include "index/base/result.h"

namespace concord::datasets {

inline constexpr std::size_t kRecordBytesMax = 1024 * 1024;  // one row
inline constexpr std::size_t kBlockBytes = 128 * 1024;       // a block ends after about so many

/// A record that could not be read. `column` is its 1-based number, 0: the row.
struct BadRecord {
  std::uint64_t line = 0;
  std::uint32_t column = 0;
  std::string code;
  std::string reason;
};

struct RecordBlock {
  struct Cell {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  struct Row {
    std::uint64_t line = 0;  // where it begins, from 1
    std::uint32_t first_cell = 0;
    std::uint32_t cells = 0;
  };
  std::string text;
  std::vector<Cell> cells;
  std::vector<Row> rows;
  std::vector<BadRecord> bad;

  [[nodiscard]] std::string_view cell(const Row& row, std::size_t at) const {
    const Cell& c = cells[row.first_cell + at];
    return std::string_view(text).substr(c.begin, c.size);
  }
};

/// Reads a file from front to back.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// Fills `block` (cleared first); false at the end. Errors: as Input; the block then holds what
  /// came before.
  virtual index::Result<bool> next(RecordBlock& block) = 0;
  /// The number of the line that would be read next.
  [[nodiscard]] virtual std::uint64_t line() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

/// CSV (RFC 4180): quotes, doubled quotes, line breaks inside quotes, LF or CRLF, a byte order mark
/// is skipped, empty lines are no rows. Rows have as many cells as the header. A row whose quotes
/// do not close or that has another number of cells is bad; reading goes on at the line after the
/// one it began on, so that it takes no other row with it.
class CsvReader final : public RecordReader {
 public:
  /// `columns` empty: the first line is the header. Errors: as Input; bad_input (no header).
  static index::Result<std::unique_ptr<CsvReader>> open(const std::string& path, char delimiter,
                                                        std::vector<std::string> columns);
  ~CsvReader() override;
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  index::Result<bool> next(RecordBlock& block) override;
  [[nodiscard]] std::uint64_t line() const override { return line_; }
  [[nodiscard]] std::uint64_t bytes_read() const override { return input_->bytes_read(); }

 private:
  enum class Scan : std::uint8_t { row, blank, needs_more, bad_quote, unclosed, too_long };
  CsvReader(std::unique_ptr<Input> input, char delimiter);
  index::Result<void> read_header();
  Scan scan();
  Scan scan_quoted(std::size_t& at);
  void take_row(RecordBlock& block);
  void refuse(RecordBlock& block, Scan why);
  void skip_line();
  index::Result<bool> refill();
  [[nodiscard]] Scan out_of_bytes() const;

  struct RawCell {
    std::uint32_t begin = 0;  // from the start of the record
    std::uint32_t end = 0;
    bool doubled = false;  // holds doubled quotes
  };
  std::unique_ptr<Input> input_;
  char delimiter_;
  std::vector<std::string> columns_;
  std::string buffer_;
  std::size_t at_ = 0;  // start of the next record in buffer_
  bool ended_ = false;
  std::uint64_t line_ = 1;
  // The record under scan:
  std::vector<RawCell> raw_;
  std::size_t end_ = 0;  // behind its line break
  std::uint64_t record_lines_ = 0;
  std::uint32_t bad_column_ = 0;
};

/// One record a line, one cell a record: for NDJSON. Lines over kRecordBytesMax are bad.
class LineReader final : public RecordReader {
 public:
  static index::Result<std::unique_ptr<LineReader>> open(const std::string& path);
  index::Result<bool> next(RecordBlock& block) override;
  [[nodiscard]] std::uint64_t line() const override { return line_; }
  [[nodiscard]] std::uint64_t bytes_read() const override { return input_->bytes_read(); }

 private:
  explicit LineReader(std::unique_ptr<Input> input) : input_(std::move(input)) {}
  void take(RecordBlock& block, std::string_view text);

  std::unique_ptr<Input> input_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
  bool skipping_ = false;  // inside a line that is too long
  std::uint64_t line_ = 1;
};

/// Blanks and tabs at both ends off; a line break too.
std::string_view trimmed(std::string_view text);

}  // namespace concord::datasets
