// Promise: what was refused is kept with its reason, newest first, within its bounds, over
// restarts, under ids that are never given twice. Method: the log's own store, on the real file
// system.
#include "index/log/rejections.h"

#include <gtest/gtest.h>

#include "index/log/durable_log.h"
#include "tests/index/log/log_support.h"

namespace concord::test {
namespace {

using index::Rejection;
using index::RejectionStore;

class Rejections : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    log_.reset();
    index::DurableLogOptions options;
    options.folder = folder_.path() + "/log";
    options.ballast_bytes = 0;
    options.rejections = limits_;
    auto opened = index::open_durable_log(options);
    ASSERT_TRUE(opened.has_value() && opened->writable);
    log_ = std::move(opened->log);
  }
  RejectionStore& store() { return log_->rejections(); }
  static Rejection refused(const std::string& raw, const std::string& source = "shop") {
    Rejection one;
    one.at_ms = 1'700'000'000'000;
    one.source = source;
    one.format = "native";
    one.code = "bad_input";
    one.place = "/entry/kind";
    one.reason = "is not a kind of entry";
    one.raw = raw;
    return one;
  }
  std::uint64_t keep(const std::vector<Rejection>& all) {
    const auto first = store().keep(all);
    EXPECT_TRUE(first.has_value());
    return first.value_or(0);
  }
  std::vector<std::string> raws(std::uint64_t before, std::size_t count,
                                std::string_view source = {}) {
    std::vector<std::string> out;
    const auto listed = store().list(before, count, source);
    for (const Rejection& one : *listed) out.push_back(one.raw);
    return out;
  }
  const TempFolder folder_;
  index::RejectionLimits limits_{5, 1 << 20, 100};
  std::unique_ptr<index::DurableLog> log_;
};

using Texts = std::vector<std::string>;

TEST_F(Rejections, AreKeptWholeAndListedNewestFirst) {
  EXPECT_EQ(keep({refused("a"), refused("b", "crm")}), 1U);
  EXPECT_EQ(keep({refused("c")}), 3U);
  const Rejection one = *store().get(2);
  EXPECT_EQ(one.id, 2U);
  EXPECT_EQ(one.at_ms, 1'700'000'000'000);
  EXPECT_EQ(one.source + one.format + one.code + one.place + one.reason + one.raw,
            "crmnativebad_input/entry/kindis not a kind of entryb");
  EXPECT_FALSE(one.raw_cut);
  EXPECT_EQ(raws(0, 2), (Texts{"c", "b"}));
  EXPECT_EQ(raws(2, 9), (Texts{"a"}));
  EXPECT_EQ(raws(0, 9, "shop"), (Texts{"c", "a"}));
  EXPECT_EQ(raws(1, 9), Texts{});
  EXPECT_EQ(store().get(4).error().code, index::Code::not_found);
}

TEST_F(Rejections, SurviveARestartWithTheirIds) {
  keep({refused("a"), refused("b"), refused("c")});
  ASSERT_TRUE(store().remove(3).has_value());
  EXPECT_EQ(store().remove(3).error().code, index::Code::not_found);
  open();
  EXPECT_EQ(raws(0, 9), (Texts{"b", "a"}));
  EXPECT_EQ(keep({refused("d")}), 4U) << "an id is not given twice";
  EXPECT_EQ(store().counts().kept, 3U);
  EXPECT_EQ(store().counts().total, 4U);
}

TEST_F(Rejections, TheOldestGoFirstAndAreCounted) {
  for (const char* raw : {"a", "b", "c", "d", "e", "f", "g"}) keep({refused(raw)});
  EXPECT_EQ(raws(0, 9), (Texts{"g", "f", "e", "d", "c"}));
  EXPECT_EQ(store().counts().dropped, 2U);
  open();
  EXPECT_EQ(store().counts().dropped, 2U);
  EXPECT_EQ(store().counts().total, 7U);
  EXPECT_EQ(store().get(1).error().code, index::Code::not_found);
}

TEST_F(Rejections, AreBoundedByBytesAndEachIsCut) {
  limits_ = {1000, 2000, 100};
  open();
  for (int i = 0; i < 50; ++i) keep({refused(std::string(500, 'x'))});
  const index::RejectionCounts counts = store().counts();
  EXPECT_LE(counts.bytes, 2000U);
  EXPECT_GT(counts.bytes, 1000U);
  EXPECT_EQ(counts.kept + counts.dropped, 50U);
  const Rejection cut = store().list(0, 1, "")->at(0);
  EXPECT_EQ(cut.raw.size(), 100U);
  EXPECT_TRUE(cut.raw_cut);
  const std::uint64_t bytes = counts.bytes;
  open();
  EXPECT_EQ(store().counts().bytes, bytes) << "counted the same after a restart";
}

}  // namespace
}  // namespace concord::test
