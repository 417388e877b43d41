#include "datasets/import/files_of.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace concord::datasets {
namespace {

namespace fs = std::filesystem;

// `pattern` with any number of *, each any run of characters.
bool fits(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skip = 0; skip <= name.size(); ++skip)
    if (fits(name.substr(skip), pattern)) return true;
  return false;
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

std::vector<FoundFile> files_of(const std::string& folder, const std::string& path) {
  std::vector<FoundFile> out;
  const std::string whole = folder + "/" + path;
  std::error_code error;
  if (path.find('*') == std::string::npos) {
    if (fs::exists(whole, error)) out.push_back({path, whole, size_of(whole)});
    return out;
  }
  const std::size_t slash = path.rfind('/');
  const std::string below = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string pattern = slash == std::string::npos ? path : path.substr(slash + 1);
  for (fs::directory_iterator at(folder + "/" + below, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!at->is_directory(error) && fits(name, pattern))
      out.push_back(
          {below + name, folder + "/" + below + name, size_of(folder + "/" + below + name)});
  }
  std::sort(out.begin(), out.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.name < b.name; });
  return out;
}

index::Result<std::unique_ptr<RecordReader>> open_records(const Reading& reading,
                                                          const std::string& path) {
  if (reading.format == Format::csv) {
    auto csv = CsvReader::open(path, reading.delimiter, reading.columns);
    if (!csv) return index::fail(csv.error());
    return std::unique_ptr<RecordReader>(std::move(*csv));
  }
  auto lines = LineReader::open(path);
  if (!lines) return index::fail(lines.error());
  return std::unique_ptr<RecordReader>(std::move(*lines));
}

}  // namespace concord::datasets
