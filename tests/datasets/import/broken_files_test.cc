// Promise P7: a bad row is refused with its place and the reason, and nothing else is lost with it.
#include <zlib.h>

#include "tests/datasets/import/import_support.h"

namespace concord::datasets {
namespace {

// Four good rows, one of them over two lines, around whatever a test puts in between.
constexpr const char* kToml = R"(
version = 1
[[source]]
name = "desk"
department = "service"
may = ["entry"]
  [[source.file]]
  path = "t.csv"
  event = "entry"
  kind = "case"
  key = "no"
  id = ["no"]
  at = "changed"
  date_format = "%d.%m.%Y %H:%M"
  customer = [{ type = "email", column = "mail" }]
    [source.file.fields]
    text = "text"
    amount = { column = "claim", as = "decimal_comma" }
    currency = { const = "EUR" }
    priority = "prio"
    requested = "asked"
)";
constexpr const char* kHeader = "no,changed,mail,text,claim,prio,asked\n";
constexpr const char* kBefore =
    "1,1.2.2024 10:00,a@x.test,fine,\"1.234,50\",1,yes\n"
    "2,01.02.2024 10:01,b@x.test,\"two\nlines, and a \"\"quote\"\"\",,,\n";
constexpr const char* kAfter =
    "8,2.2.2024 09:00,c@x.test,\"quoted, too\",7,2,N\n"
    "9,2.2.2024 09:01,d@x.test,last,,,\n";

std::vector<std::string> keys_of(const Imported& imported) {
  std::vector<std::string> keys;
  for (const auto& event : imported.events) keys.push_back(event->entry->key);
  return keys;
}

struct BadRow {
  const char* name;
  std::string row;
  const char* want;  // the whole message
};

TEST(BrokenCsv, EachBadRowIsNamedAndTakesNothingWithIt) {
  const std::string long_text(70'000, 'x');
  for (const BadRow& bad : {
           BadRow{"unclosed quote", "5,1.2.2024 10:00,e@x.test,\"never closed,,,\n",
                  "t.csv:5: column 4 is bad: a closing quote is followed by text: double the "
                  "quotes inside a cell (bad_row)"},
           BadRow{"text behind a quote", "5,1.2.2024 10:00,e@x.test,\"a\"b,,,\n",
                  "t.csv:5: column 4 is bad: a closing quote is followed by text: double the "
                  "quotes inside a cell (bad_row)"},
           BadRow{"too few columns", "5,1.2.2024 10:00,e@x.test\n",
                  "t.csv:5: column 3 is bad: has 3 columns, the header 7 (bad_row)"},
           BadRow{"too many columns", "5,1.2.2024 10:00,e@x.test,a,b,1,yes,more\n",
                  "t.csv:5: column 7 is bad: has 8 columns, the header 7 (bad_row)"},
           BadRow{"no such day", "5,31.2.2024 10:00,e@x.test,a,,,\n",
                  "t.csv:5: column 2 \"changed\": \"31.2.2024 10:00\" is not a time of the "
                  "date_format (bad_time)"},
           BadRow{"no date", "5,,e@x.test,a,,,\n",
                  "t.csv:5: column 2 \"changed\": at is missing (missing)"},
           BadRow{"no customer", "5,1.2.2024 10:00,,a,,,\n",
                  "t.csv:5: column 3 \"mail\": email is missing (missing)"},
           BadRow{"no key", ",1.2.2024 10:00,e@x.test,a,,,\n",
                  "t.csv:5: column 1 \"no\": id is missing (missing)"},
           BadRow{"a point for a comma", "5,1.2.2024 10:00,e@x.test,a,12.5,,\n",
                  "t.csv:5: column 5 \"claim\": \"12.5\" is not a number with , and at most 2 "
                  "digits behind it (bad_number)"},
           BadRow{"a third digit of a cent", "5,1.2.2024 10:00,e@x.test,a,\"1,005\",,\n",
                  "t.csv:5: column 5 \"claim\": \"1,005\" is not a number with , and at most 2 "
                  "digits behind it (bad_number)"},
           BadRow{"priority 0", "5,1.2.2024 10:00,e@x.test,a,,0,\n",
                  "t.csv:5: column 6 \"prio\": a priority is 1 (most urgent) to 255 (bad_number)"},
           BadRow{"perhaps", "5,1.2.2024 10:00,e@x.test,a,,,perhaps\n",
                  "t.csv:5: column 7 \"asked\": \"perhaps\" is neither yes nor no (bad_boolean)"},
           BadRow{"Latin-1", "5,1.2.2024 10:00,e@x.test,f\xFCr,,,\n",
                  "t.csv:5: column 4 \"text\": is not UTF-8: is the file's encoding windows-1252? "
                  "(bad_encoding)"},
           BadRow{"a text over the limit", "5,1.2.2024 10:00,e@x.test," + long_text + ",,,\n",
                  "t.csv:5: column 4 \"text\": over 65536 bytes (over_limit)"},
       }) {
    SCOPED_TRACE(bad.name);
    const TempFolder folder;
    folder.write("t.csv", std::string(kHeader) + kBefore + bad.row + kAfter);
    const Imported got = import_text(kToml, folder);
    EXPECT_EQ(rejections_of(got), std::vector<std::string>{bad.want});
    EXPECT_EQ(keys_of(got), (std::vector<std::string>{"1", "2", "8", "9"}));
    EXPECT_EQ(got.report.rejected, 1u);
    EXPECT_EQ(got.report.rows, 5u);
  }
}

TEST(BrokenCsv, GoodRowsAreReadRight) {
  const TempFolder folder;
  folder.write("t.csv", std::string("\xEF\xBB\xBF") + kHeader + "\r\n" + kBefore + kAfter);
  const Imported got = import_text(kToml, folder);
  EXPECT_EQ(rejections_of(got), std::vector<std::string>{});
  ASSERT_EQ(got.events.size(), 4u);
  EXPECT_EQ(got.events[0]->entry->amount_minor, 123'450);
  EXPECT_EQ(got.events[0]->entry->currency, "EUR");
  EXPECT_EQ(got.events[0]->entry->requested, true);
  EXPECT_EQ(got.events[0]->customer, std::vector<std::string>{"email:a@x.test"});
  EXPECT_EQ(got.events[0]->at, 1'706'781'600'000);
  EXPECT_EQ(got.events[0]->id, "case:1");
  EXPECT_EQ(got.events[1]->entry->text, "two\nlines, and a \"quote\"");
  EXPECT_FALSE(got.events[1]->entry->amount_minor.has_value());
  EXPECT_EQ(got.events[1]->entry->currency, "");
  EXPECT_EQ(got.events[2]->entry->amount_minor, 700);
}

TEST(BrokenCsv, AQuoteThatNeverClosesAtTheEndOfTheFile) {
  const TempFolder folder;
  folder.write("t.csv", std::string(kHeader) + "1,1.2.2024 10:00,a@x.test,\"open,,,\n" +
                            "2,1.2.2024 10:00,b@x.test,good,,,\n");
  const Imported got = import_text(kToml, folder);
  EXPECT_EQ(rejections_of(got),
            std::vector<std::string>{
                "t.csv:2: column 4 is bad: a quote is opened and never closed (bad_row)"});
  EXPECT_EQ(keys_of(got), std::vector<std::string>{"2"});
}

// A quote that swallows megabytes must not take the rows in them with it.
TEST(BrokenCsv, AQuoteThatNeverClosesInALongFile) {
  const TempFolder folder;
  std::string file = std::string(kHeader) + "0,1.2.2024 10:00,a@x.test,\"open,,,\n";
  for (int i = 1; i <= 60'000; ++i)
    file += std::to_string(i) + ",1.2.2024 10:00,b@x.test,good,,,\n";
  folder.write("t.csv", file);
  const Imported got = import_text(kToml, folder, 2);
  EXPECT_EQ(got.events.size(), 60'000u);
  ASSERT_EQ(got.report.rejections.size(), 1u);
  EXPECT_EQ(got.report.rejections[0].line, 2u);
}

TEST(BrokenFiles, AWholeFileIsRefusedAndTheOthersGoOn) {
  struct Row {
    const char* name;
    const char* bytes;  // null: no such file
    const char* want;
  };
  const std::string toml = std::string(kToml) + R"(
  [[source.file]]
  path = "other.csv"
  event = "entry"
  kind = "note"
  key = "no"
  at = "changed"
  customer = [{ type = "email", column = "mail" }]
)";
  for (const Row& row :
       {Row{"missing", nullptr, "t.csv: there is no such file in "},
        Row{"empty", "", "t.csv: the file is empty: it has no header line (bad_input)"},
        Row{"a column missing", "no,mail,text,claim,prio,asked\n1,a,b,c,d,e\n",
            "t.csv:1: \"changed\": the header has no such column (missing_column)"},
        Row{"a column twice", "no,no,changed,mail,text,claim,prio,asked\n",
            "t.csv:1: \"no\": the header has this column twice (missing_column)"}}) {
    SCOPED_TRACE(row.name);
    const TempFolder folder;
    if (row.bytes != nullptr) folder.write("t.csv", row.bytes);
    folder.write("other.csv", "no,changed,mail\n7,2024-01-01 00:00:00,z@x.test\n");
    const Imported got = import_text(toml, folder);
    ASSERT_EQ(got.report.rejections.size(), 1u);
    EXPECT_TRUE(got.report.rejections[0].text().starts_with(row.want))
        << got.report.rejections[0].text();
    EXPECT_EQ(got.report.files_refused, 1u);
    EXPECT_EQ(keys_of(got), std::vector<std::string>{"7"});
  }
}

TEST(BrokenFiles, NoFileAtAllIsAnError) {
  const TempFolder folder;
  const auto sources = parse_sources(kToml, folder.path() + "/sources.toml");
  ASSERT_TRUE(sources.has_value());
  KeepingSink sink;
  const auto got = import_events(*sources, "", 1, sink);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, index::Code::not_found);
}

std::string gzipped(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gz_toml() {
  std::string toml = kToml;
  toml.replace(toml.find("t.csv"), 5, "t.csv.gz");
  return toml;
}

TEST(Gzip, GivesTheSameEventsAsThePlainFile) {
  const std::string file = std::string(kHeader) + kBefore + kAfter;
  const TempFolder plain;
  plain.write("t.csv", file);
  const TempFolder packed;
  packed.write("t.csv.gz", gzipped(file));
  EXPECT_EQ(import_text(kToml, plain).raw, import_text(gz_toml(), packed).raw);
}

TEST(Gzip, ACutOffArchiveKeepsWhatCameBefore) {
  std::string file = kHeader;
  for (int i = 1; i <= 50'000; ++i)
    file +=
        std::to_string(i) + ",1.2.2024 10:00,b@x.test,text " + std::to_string(i * 7919) + ",,,\n";
  const std::string packed = gzipped(file);
  const TempFolder folder;
  folder.write("t.csv.gz", packed.substr(0, packed.size() / 2));
  const Imported got = import_text(gz_toml(), folder);
  EXPECT_GT(got.events.size(), 10'000u);
  EXPECT_LT(got.events.size(), 50'000u);
  EXPECT_EQ(got.report.files_refused, 1u);
  ASSERT_EQ(got.report.rejections.size(), 1u);
  EXPECT_EQ(got.report.rejections[0].code, "damaged");
  EXPECT_EQ(got.report.rejections[0].line, got.events.size() + 2);
}

TEST(Gzip, AFileThatIsNotGzipIsRefused) {
  const TempFolder folder;
  folder.write("t.csv.gz", std::string(kHeader) + kBefore);
  const Imported got = import_text(gz_toml(), folder);
  EXPECT_EQ(
      rejections_of(got),
      std::vector<std::string>{"t.csv.gz: is not a gzip file, though its name says so (damaged)"});
}

}  // namespace
}  // namespace concord::datasets
