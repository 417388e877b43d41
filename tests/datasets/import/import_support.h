// Folders with small files, and a sink that keeps what it is given: for the tests of the import.
// Thread class: one-owner.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/import.h"
#include "index/log/event.h"

namespace concord::datasets {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "concord-import-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  void write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Keeps every event, decoded into plain fields.
class KeepingSink final : public EventSink {
 public:
  Result<void> accept(index::EventSeq seq, std::string_view bytes) override {
    EXPECT_EQ(seq, events.size() + 1);
    const auto event = index::decode_event(bytes);
    EXPECT_TRUE(event.has_value());
    if (event) events.push_back(std::unique_ptr<index::EventDraft>((*event)->UnPack()));
    raw.emplace_back(bytes);
    return {};
  }
  std::vector<std::unique_ptr<index::EventDraft>> events;
  std::vector<std::string> raw;
};

struct Imported {
  ImportReport report;
  std::vector<std::unique_ptr<index::EventDraft>> events;
  std::vector<std::string> raw;
};

/// Imports `toml` over the files of `folder`; fails the test when that is not possible at all.
inline Imported import_text(const std::string& toml, const TempFolder& folder,
                            unsigned threads = 1) {
  Imported out;
  const auto sources = parse_sources(toml, folder.path() + "/sources.toml");
  EXPECT_TRUE(sources.has_value()) << sources.error().text();
  if (!sources) return out;
  KeepingSink sink;
  auto report = import_events(*sources, "", threads, sink);
  EXPECT_TRUE(report.has_value()) << report.error().text();
  if (report) out.report = std::move(*report);
  out.events = std::move(sink.events);
  out.raw = std::move(sink.raw);
  return out;
}

/// Every rejection as "file:line: column N "name": reason (code)".
inline std::vector<std::string> rejections_of(const Imported& imported) {
  std::vector<std::string> out;
  for (const Rejection& one : imported.report.rejections) out.push_back(one.text());
  return out;
}

/// The folder of the real data sets, or empty.
inline std::string real_data_folder() {
  if (const char* named = std::getenv("CONCORD_REAL_DATA")) return named;
  const std::filesystem::path beside =
      std::filesystem::path(CONCORD_SOURCE_DIR).parent_path() / "shared" / "data";
  return std::filesystem::exists(beside) ? beside.string() : "";
}

}  // namespace concord::datasets
