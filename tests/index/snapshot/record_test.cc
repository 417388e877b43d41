// Promise: a published record holds all of the mutable one: read back and written again it is the
// same bytes, whatever its size, its words and its times; all JSON in it is well formed.
#include <gtest/gtest.h>

#include "index/base/json_reader.h"
#include "index/base/time.h"
#include "index/snapshot/publish.h"
#include "tests/index/customer/folding.h"

namespace concord::test {
namespace {

using index::CustomerRecord;
using index::EncodedRecord;
using index::Kind;

// The record behind encoded bytes; borrows from them.
class Opened {
 public:
  explicit Opened(const EncodedRecord& encoded) {
    for (const index::EncodedTail& tail : encoded.tails) {
      EXPECT_TRUE(index::verify_tail(tail.bytes()));
      tails_.push_back(tail.segment);
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(encoded.record.data());
    flatbuffers::Verifier verifier(bytes, encoded.record.size());
    EXPECT_TRUE(index::wire::VerifyRecordBuffer(verifier));
    view_ = index::RecordView(index::wire::GetRecord(bytes), tails_);
  }
  [[nodiscard]] const index::RecordView& view() const { return view_; }

 private:
  std::vector<const index::wire::Segment*> tails_;
  index::RecordView view_;
};

void expect_json(std::string_view text) {
  index::JsonReader reader;
  const auto parsed = reader.parse(text);
  EXPECT_TRUE(parsed.has_value()) << parsed.error().text() << "\n" << text;
}

void expect_round_trip(const CustomerRecord& record) {
  index::RecordEncoder encoder;
  EncodedRecord first;
  encoder.encode(record, first);
  const Opened opened(first);
  const auto back = index::decode_record(opened.view());
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EncodedRecord second;
  encoder.encode(*back, second);
  ASSERT_EQ(first.record, second.record);
  ASSERT_EQ(first.tails.size(), second.tails.size());
  for (std::size_t i = 0; i < first.tails.size(); ++i)
    ASSERT_EQ(first.tails[i].bytes(), second.tails[i].bytes());
  std::uint32_t count = 0;
  opened.view().each_entry([&](index::EntryView one) {
    expect_json(one.json());
    expect_json("\"" + std::string(one.id_json()) + "\"");
    EXPECT_EQ(one.json(), opened.view().entry(count).json());
    ++count;
    return !testing::Test::HasFailure();
  });
  ASSERT_EQ(count, opened.view().entry_count());
  const index::wire::Record& raw = opened.view().record();
  const index::wire::Portrait& who = opened.view().portrait();
  for (const auto* piece :
       {who.profile_json(), who.identities_json(), who.conflicts_json(), who.merged_json(),
        raw.departments_json(), raw.open_json(), raw.contacts_json(), raw.told_us_json(),
        raw.told_them_json(), raw.promises_json(), raw.balances_json(), raw.holdings_json(),
        who.preferences_json()})
    expect_json(index::view_of(piece));
}

Saying case_of(std::size_t n, std::int64_t at_ms) {
  return Saying("crm", "e" + std::to_string(n), at_ms)
      .of({"crm:1"})
      .entry(Kind::case_, "K" + std::to_string(n));
}

TEST(PublishedRecord, OfAnyStoryReadsBackAndWritesTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    CustomerRecord record;
    record.id = index::CustomerId{seed};
    for (const Told& told : told_about_one(seed, 20 * seed)) fold_told(record, told);
    record.merged_from = {index::CustomerId{3}, index::CustomerId{9}};
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(record));
  }
}

TEST(PublishedRecord, AnEmptyOneIsARecordToo) {
  CustomerRecord record;
  record.id = index::CustomerId{1};
  expect_round_trip(record);
}

TEST(PublishedRecord, SizesAroundTheHeadAndTheTails) {
  for (const std::size_t count : {1U, 32U, 96U, 97U, 160U, 161U, 10'000U}) {
    SCOPED_TRACE(count);
    Listener heard;
    for (std::size_t n = 0; n < count; ++n)
      heard.hear(case_of(n, static_cast<std::int64_t>(index::mix64(n) % 1000))
                     .subject("subject " + std::to_string(n % 7)));
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(heard.record));
    index::RecordEncoder encoder;
    EncodedRecord encoded;
    encoder.encode(heard.record, encoded);
    EXPECT_EQ(encoded.tails.size(),
              count <= index::kHeadRowsMax
                  ? 0
                  : (count - index::kHeadRows + index::kTailRowsMax - 1) / index::kTailRowsMax);
  }
}

TEST(PublishedRecord, ThousandsOfWithdrawnEntriesWithWordsOfTheirOwn) {
  Listener heard;
  for (std::size_t n = 0; n < 7000; ++n) {
    Saying saying = case_of(n, 10);
    saying.it().status = "s" + std::to_string(n);
    saying.it().channel = "c" + std::to_string(n);
    saying.it().actor = "a" + std::to_string(n);
    saying.it().queue = "q" + std::to_string(n);
    saying.topic("t" + std::to_string(n));
    saying.it().reason = "r" + std::to_string(n);
    saying.it().brand = "b" + std::to_string(n);
    saying.it().account = "x" + std::to_string(n);
    saying.it().currency = "EUR";
    saying.it().amount_minor = 1;
    saying.department("d" + std::to_string(n));
    heard.hear(saying);
    heard.hear(Saying("crm", "r" + std::to_string(n), 20)
                   .of({"crm:1"})
                   .retract(Kind::case_, "K" + std::to_string(n), "test data"));
  }
  expect_round_trip(heard.record);
  // One comes back, with all it had.
  heard.hear(case_of(6999, 30).text("again"));
  expect_round_trip(heard.record);
  index::RecordEncoder encoder;
  EncodedRecord encoded;
  encoder.encode(heard.record, encoded);
  const Opened opened(encoded);
  ASSERT_EQ(opened.view().entry_count(), 1U);
  EXPECT_EQ(opened.view().entry(0).status(), "s6999");
}

TEST(PublishedRecord, WordsThatNeedEscapesAndTheLongestOfThem) {
  const std::string worst(index::kWordBytesMax, '\x01');  // six characters each in JSON
  Listener heard;
  Saying saying("crm", "1", 10);
  saying.of({"crm:1"}).entry(Kind::order, worst).department(worst);
  saying.subject(std::string(index::kSubjectBytesMax, '\x1f')).topic(worst);
  saying.text(std::string(index::kTextBytesMax, '"'));
  for (std::string* word : {&saying.it().status, &saying.it().channel, &saying.it().reason,
                            &saying.it().actor, &saying.it().queue, &saying.it().brand})
    *word = worst;
  saying.it().state_type = static_cast<std::uint8_t>(index::StateType::open);
  heard.hear(saying);
  heard.hear(Saying("crm", "2", 11).of({"crm:1"}).entry(Kind::order, "a/b\"c\\d"));
  expect_round_trip(heard.record);
  index::RecordEncoder encoder;
  EncodedRecord encoded;
  encoder.encode(heard.record, encoded);
  const Opened opened(encoded);
  EXPECT_EQ(opened.view().entry(0).id_json(), "crm/order/a/b\\\"c\\\\d");
  EXPECT_EQ(opened.view().entry(1).subject_json().size(), index::kSubjectBytesMax * 6);
}

TEST(PublishedRecord, TheFirstAndTheLastTime) {
  Listener heard;
  heard.hear(case_of(1, index::kTimeMin.ms).due(index::kTimeMin.ms).closed(index::kTimeMax.ms));
  heard.hear(case_of(2, index::kTimeMax.ms).due(index::kTimeMax.ms));
  expect_round_trip(heard.record);
}

TEST(PublishedRecord, AttributesOfEveryType) {
  Listener heard;
  Saying saying = case_of(1, 10);
  std::size_t n = 0;
  const auto add = [&](index::wire::AttributeType type, std::int64_t integer, double real,
                       std::string text) {
    auto one = std::make_unique<index::wire::AttributeT>();
    one->name = "n\"" + std::to_string(n++);
    one->type = type;
    one->integer = integer;
    one->real = real;
    one->text = std::move(text);
    saying.it().attributes.push_back(std::move(one));
  };
  using T = index::wire::AttributeType;
  for (const double real : {0.0, -0.0, 3.0, 0.1, -1e300, 1e19, 9007199254740993.0, 5e-324})
    add(T::real, 0, real, "");
  for (const std::int64_t integer : {INT64_MIN, INT64_MAX, std::int64_t{0}})
    add(T::integer, integer, 0, "");
  add(T::boolean, 1, 0, "");
  add(T::timestamp, 1234, 0, "");
  add(T::text, 0, 0, "\xC3\xA4\n\"");
  add(T::text, 0, 0, "");
  heard.hear(saying);
  expect_round_trip(heard.record);
}

}  // namespace
}  // namespace concord::test
