// From a folder of extracts to an open engine, the way `concord index` does it.
// Thread class: one-owner.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "datasets/import/import.h"
#include "datasets/import/sources.h"
#include "index/engine.h"
#include "index/reindex.h"
#include "tests/support/stories.h"

namespace concord::test {

class ReindexSink final : public datasets::EventSink {
 public:
  explicit ReindexSink(index::Reindex& to) : to_(to) {}
  index::Result<void> accept(index::EventSeq, std::string_view bytes) override {
    return to_.add(bytes);
  }

 private:
  index::Reindex& to_;
};

struct Base {
  std::unique_ptr<index::Engine> engine;
  index::ReindexReport report;
};

/// Null engine: something failed and the test knows it.
inline Base build_base(const std::string& sources_file, const std::string& files_folder,
                       const std::string& data_folder, unsigned threads = 2) {
  Base base;
  const auto sources = datasets::read_sources(sources_file);
  EXPECT_TRUE(sources.has_value()) << sources.error().text();
  if (!sources) return base;
  index::ReindexOptions options;
  options.threads = threads;
  options.identity_types = sources->identity_types;
  auto reindex = index::Reindex::start(data_folder, options);
  EXPECT_TRUE(reindex.has_value());
  if (!reindex) return base;
  ReindexSink sink(**reindex);
  const auto read = datasets::import_events(*sources, files_folder, threads, sink);
  EXPECT_TRUE(read.has_value()) << read.error().text();
  auto report = (*reindex)->finish();
  EXPECT_TRUE(report.has_value()) << report.error().text();
  if (!report) return base;
  base.report = *report;
  auto engine = index::Engine::open(data_folder, threads);
  EXPECT_TRUE(engine.has_value()) << engine.error().text();
  if (engine) base.engine = std::move(*engine);
  return base;
}

/// The folder of the real data sets, or empty: CONCORD_REAL_DATA, else ../shared/data beside the
/// repo.
inline std::string real_data_folder() {
  const char* named = std::getenv("CONCORD_REAL_DATA");
  const std::string folder =
      named != nullptr ? named : std::string(CONCORD_SOURCE_DIR) + "/../shared/data";
  return std::filesystem::exists(folder) ? folder : std::string();
}

}  // namespace concord::test
