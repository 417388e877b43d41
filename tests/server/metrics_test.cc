#include "server/metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace concord::server {
namespace {

std::string text_of(const Metrics& metrics) {
  index::Buffer out;
  metrics.append_text(out);
  return std::string(out.view());
}

TEST(Metrics, TextFormat) {
  Metrics metrics;
  const std::size_t context = metrics.counter("concord_requests_total", "Requests answered.",
                                              {{"route", "/v1/{key}"}, {"status", "200"}});
  metrics.gauge("concord_connections", "Open connections.", [] { return 2.5; });
  const std::size_t other = metrics.counter("concord_requests_total", "Requests answered.",
                                            {{"route", "a\"b\\c\nd"}, {"status", "404"}});
  MetricsSlot& slot = metrics.make_slot();
  slot.add(context, 3);
  slot.add(other);
  EXPECT_EQ(text_of(metrics),
            "# HELP concord_requests_total Requests answered.\n"
            "# TYPE concord_requests_total counter\n"
            "concord_requests_total{route=\"/v1/{key}\",status=\"200\"} 3\n"
            "concord_requests_total{route=\"a\\\"b\\\\c\\nd\",status=\"404\"} 1\n"
            "# HELP concord_connections Open connections.\n"
            "# TYPE concord_connections gauge\n"
            "concord_connections 2.5\n");
}

TEST(Metrics, HistogramBucketsAreCumulativePowersOfTwo) {
  Metrics metrics;
  const std::size_t id =
      metrics.histogram("concord_query_duration_seconds", "Time.", {{"op", "context"}});
  MetricsSlot& slot = metrics.make_slot();
  for (const std::int64_t ns : {-5LL, 0LL, 1'000LL, 1'001LL, 2'000LL, 2'001LL, 1'048'576'000LL,
                                1'048'576'001LL, 9'000'000'000LL})
    slot.observe(id, ns);
  const std::string text = text_of(metrics);
  const auto has = [&text](const std::string& line) {
    EXPECT_NE(text.find("concord_query_duration_seconds" + line + "\n"), std::string::npos)
        << line << "\n"
        << text;
  };
  has("_bucket{op=\"context\",le=\"1e-06\"} 3");
  has("_bucket{op=\"context\",le=\"2e-06\"} 5");
  has("_bucket{op=\"context\",le=\"4e-06\"} 6");
  has("_bucket{op=\"context\",le=\"0.524288\"} 6");
  has("_bucket{op=\"context\",le=\"1.048576\"} 7");
  has("_bucket{op=\"context\",le=\"+Inf\"} 9");
  has("_sum{op=\"context\"} 11.097158003");
  has("_count{op=\"context\"} 9");
  EXPECT_EQ(metrics.total(id), 9U);
}

TEST(Metrics, ThreadsCountInSlotsOfTheirOwnAndNothingIsLost) {
  Metrics metrics;
  const std::size_t id = metrics.counter("concord_events_total", "Events.");
  const std::size_t time = metrics.histogram("concord_seconds", "Time.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      MetricsSlot& slot = metrics.make_slot();
      for (int i = 0; i < 10'000; ++i) {
        slot.add(id);
        slot.observe(time, i);
      }
    });
  for (int i = 0; i < 50; ++i) EXPECT_LE(metrics.total(id), 40'000U);  // a scrape meanwhile
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(metrics.total(id), 40'000U);
  EXPECT_EQ(metrics.total(time), 40'000U);
}

TEST(Metrics, MisuseIsOurBug) {
  Metrics metrics;
  metrics.counter("concord_a_total", "A.");
  EXPECT_DEATH(metrics.counter("concord_a_total", "A."), "");    // the same series twice
  EXPECT_DEATH(metrics.histogram("concord_a_total", "A."), "");  // another type
  EXPECT_DEATH(metrics.counter("Concord-A", "A."), "");          // no name
  metrics.make_slot();
  EXPECT_DEATH(metrics.counter("concord_b_total", "B."), "");  // too late
}

}  // namespace
}  // namespace concord::server
