// Promises: each part of a mapping does what docs/data.md says; the same files give the same events
// on any number of threads; nothing is dropped without being counted.
#include <algorithm>

#include "tests/datasets/import/import_support.h"

namespace concord::datasets {
namespace {

using index::EventType;
using index::StateType;
using index::wire::EntryField;

std::string source_toml(const std::string& file, const std::string& top = "") {
  return "version = 1\n" + top +
         "[[source]]\nname = \"s\"\ndepartment = \"service\"\n"
         "may = [\"entry\", \"profile\", \"consent\", \"identity\", \"membership\", \"knowledge\", "
         "\"retract\", \"fact\", \"outcome\"]\n[[source.file]]\n" +
         file;
}

std::string entry_toml(const std::string& path, const std::string& more) {
  return source_toml("path = \"" + path +
                     "\"\nevent = \"entry\"\nkind = \"case\"\nkey = \"no\"\nat = \"at\"\n"
                     "customer = [{ type = \"email\", column = \"mail\" }]\n" +
                     more);
}

constexpr const char* kAt = "2024-05-01 12:00:00";

TEST(Mapping, ValuesAreMadeInTheOrderOfTheReference) {
  const TempFolder folder;
  folder.write("t.csv",
               "no,at,mail,a,b,tags,flag\n"
               "1,2024-05-01 12:00:00, A@x.test ,left,right,u; v ;;w,Yes\n"
               "2,2024-05-01 12:00:00,b@x.test,n/a,right,,No\n"
               "3,2024-05-01 12:00:00,c@x.test,n/a,,,No\n");
  const Imported got = import_text(entry_toml("t.csv", R"(null_values = ["n/a"]
[source.file.fields]
subject = { columns = ["a", "b"], join = "+" }
topic = { first = ["a", { column = "b", prefix = "b:" }, { const = "none" }] }
text = { column = "a", when = { column = "flag", in = ["Yes"] } }
queue = { column = "b", default = "nobody" }
channel = { column = "b", map = { "right" = "email" } }
assignee = { column = "a", empty = "clear" }
participants = { column = "tags", split = ";" }
links = [{ source = "shop", kind = "order", column = "b" }]
attributes.flag = { column = "flag", as = "boolean" }
attributes.when = { column = "at", as = "time" }
)"),
                                   folder);
  ASSERT_EQ(rejections_of(got), std::vector<std::string>{});
  ASSERT_EQ(got.events.size(), 3u);
  const auto& first = *got.events[0]->entry;
  EXPECT_EQ(got.events[0]->customer, std::vector<std::string>{"email:A@x.test"});
  EXPECT_EQ(first.subject, "left+right");
  EXPECT_EQ(first.topic, "left");
  EXPECT_EQ(first.text, "left");
  EXPECT_EQ(first.queue, "right");
  EXPECT_EQ(first.channel, "email");
  EXPECT_EQ(first.participants, (std::vector<std::string>{"u", "v", "w"}));
  EXPECT_EQ(first.links, std::vector<std::string>{"shop/order/right"});
  EXPECT_TRUE(first.cleared.empty());
  ASSERT_EQ(first.attributes.size(), 2u);
  EXPECT_EQ(first.attributes[0]->integer, 1);
  EXPECT_EQ(first.attributes[1]->integer, 1'714'564'800'000);
  const auto& second = *got.events[1]->entry;
  EXPECT_EQ(second.subject, "right");
  EXPECT_EQ(second.topic, "b:right");
  EXPECT_EQ(second.text, "");
  EXPECT_EQ(second.cleared, std::vector<EntryField>{EntryField::assignee});
  const auto& third = *got.events[2]->entry;
  EXPECT_EQ(third.topic, "none");
  EXPECT_EQ(third.queue, "nobody");
  EXPECT_TRUE(third.links.empty());
}

TEST(Mapping, AnUnmappedStatusWordIsUnknownAndCounted) {
  const TempFolder folder;
  folder.write("t.csv", std::string("no,at,mail,state,dir\n") + "1," + kAt + ",a@x,Neu,in\n2," +
                            kAt + ",a@x,Alt,sideways\n3," + kAt + ",a@x,Alt,\n4," + kAt +
                            ",a@x,,in\n");
  const Imported got = import_text(entry_toml("t.csv", R"([source.file.fields]
status = "state"
direction = { column = "dir", map = { "in" = "inbound" } }
[source.file.state]
"Neu" = "new"
)"),
                                   folder);
  ASSERT_EQ(got.events.size(), 4u);
  const auto state = [&](std::size_t i) { return got.events[i]->entry->state_type; };
  EXPECT_EQ(state(0), static_cast<std::uint8_t>(StateType::new_));
  EXPECT_EQ(state(1), static_cast<std::uint8_t>(StateType::unknown));
  EXPECT_FALSE(state(3).has_value());  // no word, no state: what was known stays
  EXPECT_FALSE(got.events[1]->entry->direction.has_value());
  using Words = std::map<std::string, std::uint64_t>;
  EXPECT_EQ((got.report.unmapped.at({"s", "status"})), (Words{{"Alt", 2}}));
  EXPECT_EQ((got.report.unmapped.at({"s", "direction"})), (Words{{"sideways", 1}}));
}

TEST(Mapping, LookupsChainSumAndCount) {
  const TempFolder folder;
  folder.write("orders.csv", "order,customer\no1,c1\no2,c2\no1,c9\no3,c8\n");
  folder.write("people.csv", "customer;mail\nc1;ann@x.test\nc2;bob@x.test\nc9;eve@x.test\n");
  folder.write("lines.csv", "order,price\no1,1.10\no1,2.205\no2,x\n");
  folder.write("t.csv", std::string("no,at,order\n1,") + kAt + ",o1\n2," + kAt + ",o9\n");
  const std::string toml = source_toml(R"(path = "t.csv"
event = "entry"
kind = "case"
key = "no"
at = "at"
customer = [{ type = "email", column = "order", lookup = "mail_of_order" }]
[source.file.fields]
attributes.sum = { column = "order", lookup = "sum" }
attributes.lines = { column = "order", lookup = "lines", as = "integer" }
)",
                                       R"([lookup.mail_of_order]
path = "orders.csv"
key = "order"
value = "customer"
then = "person"
[lookup.person]
path = "people.csv"
delimiter = ";"
key = "customer"
value = "mail"
[lookup.sum]
path = "lines.csv"
key = "order"
value = "price"
aggregate = "sum"
[lookup.lines]
path = "lines.csv"
key = "order"
aggregate = "count"
)");
  const Imported got = import_text(toml, folder);
  ASSERT_EQ(got.events.size(), 1u);
  EXPECT_EQ(got.events[0]->customer, std::vector<std::string>{"email:ann@x.test"});
  EXPECT_EQ(got.events[0]->entry->attributes[0]->integer, 2);
  EXPECT_EQ(got.events[0]->entry->attributes[1]->text, "3.305");
  EXPECT_EQ(rejections_of(got),
            (std::vector<std::string>{
                "orders.csv:4: column 1 \"order\": [lookup.mail_of_order] comes again with another "
                "value; the first stays (lookup_conflict)",
                "orders.csv:5: column 2 \"customer\": [lookup.mail_of_order] is not in "
                "[lookup.person] (missing)",
                "lines.csv:4: column 2 \"price\": [lookup.sum] is not a decimal number "
                "(bad_number)",
                "t.csv:3: column 3 \"order\": is not in [lookup.mail_of_order] (missing)"}));
}

TEST(Mapping, DuplicatesAreCountedAndReusedIdsRefused) {
  const TempFolder folder;
  const std::string row = std::string("1,") + kAt + ",a@x.test,one\n";
  folder.write("t-1.csv", "no,at,mail,text\n" + row + row);
  folder.write("t-2.csv", "no,at,mail,text\n" + row + "1," + kAt + ",a@x.test,other\n");
  const Imported by_id = import_text(
      entry_toml("t-*.csv", "id = [\"no\"]\n[source.file.fields]\ntext = \"text\"\n"), folder);
  EXPECT_EQ(by_id.events.size(), 1u);
  EXPECT_EQ(by_id.report.duplicates, 2u);
  EXPECT_EQ(rejections_of(by_id),
            std::vector<std::string>{"t-2.csv:3: the event id \"case:1\" stands on another event "
                                     "already (id_reused)"});
  // Without id columns equal rows are duplicates and others are not.
  const Imported by_row =
      import_text(entry_toml("t-*.csv", "[source.file.fields]\ntext = \"text\"\n"), folder);
  EXPECT_EQ(by_row.events.size(), 2u);
  EXPECT_EQ(by_row.report.duplicates, 2u);
  EXPECT_EQ(by_row.report.rejected, 0u);
}

TEST(Mapping, AFullFileRetractsWhatItLacks) {
  const TempFolder folder;
  folder.write("stock-2024-05-01.csv", std::string("no,at,mail\n1,") + kAt + ",a@x\n2," + kAt +
                                           ",b@x\n3," + kAt + ",c@x\n");
  folder.write("stock-2024-05-02.csv",
               std::string("no,at,mail\n1,") + kAt + ",a@x\n3," + kAt + ",c@x\n");
  folder.write("stock-2024-05-03.csv", std::string("no,at,mail\n1,") + kAt + ",a@x\n");
  const Imported got = import_text(entry_toml("stock-*.csv",
                                              "id = [\"no\"]\nmode = \"full\"\nsnapshot_at = "
                                              "\"stock-%Y-%m-%d.csv\"\n"),
                                   folder);
  ASSERT_EQ(got.events.size(), 5u);
  EXPECT_EQ(got.report.duplicates, 3u);
  for (const auto& [at, key, file, day_ms] :
       {std::tuple{3u, "2", "stock-2024-05-02.csv", 1'714'608'000'000},
        std::tuple{4u, "3", "stock-2024-05-03.csv", 1'714'694'400'000}}) {
    const auto& event = *got.events[at];
    EXPECT_EQ(static_cast<EventType>(event.type), EventType::retract);
    EXPECT_EQ(event.entry->key, key);
    EXPECT_EQ(event.entry->retract_reason, std::string("absent from ") + file);
    EXPECT_EQ(event.at, day_ms);
    EXPECT_EQ(event.customer.size(), 1u);
  }
  EXPECT_EQ(got.report.files[1].retracted, 1u);
}

// A full file that could not be read to its end says nothing about what it lacks.
TEST(Mapping, ADamagedFullFileRetractsNothing) {
  const TempFolder folder;
  folder.write("f-1.csv", std::string("no,at,mail\n1,") + kAt + ",a@x\n2," + kAt + ",b@x\n");
  folder.write("f-2.csv", "");
  const Imported got =
      import_text(entry_toml("f-*.csv", "id = [\"no\"]\nmode = \"full\"\n"), folder);
  EXPECT_EQ(got.events.size(), 2u);
  EXPECT_EQ(got.report.files_refused, 1u);
}

TEST(Mapping, NdjsonColumnsArePaths) {
  const TempFolder folder;
  folder.write(
      "t.ndjson",
      R"({"no":17,"at":"2024-05-01T12:00:00+02:00","who":{"mail":"a@x"},"tags":["p","q"],)"
      R"("sum":12.5})"
      "\n\n"
      R"({"no":18,"at":"2024-05-01T12:00:00Z","who":{"mail":null}})"
      "\n"
      R"({"no":19,"at":)"
      "\n"
      R"([1])"
      "\n"
      R"({"no":{"a":1},"at":"2024-05-01T12:00:00Z","who":{"mail":"a@x"}})"
      "\n");
  const Imported got = import_text(source_toml(R"(path = "t.ndjson"
format = "ndjson"
event = "entry"
kind = "order"
key = "no"
at = "at"
customer = [{ type = "email", column = "who.mail" }]
[source.file.fields]
participants = "tags"
topic = "tags.1"
amount = "sum"
currency = { const = "JPY" }
)"),
                                   folder);
  EXPECT_EQ(got.events.size(), 0u);  // 12.5 yen do not exist
  ASSERT_EQ(got.report.rejections.size(), 5u);
  EXPECT_EQ(got.report.rejections[0].code, "bad_number");
  EXPECT_EQ(got.report.rejections[1].text(),
            "t.ndjson:3: \"who.mail\": email is missing (missing)");
  EXPECT_EQ(got.report.rejections[2].text(),
            "t.ndjson:4: JSON: expected a value, at column 15 (bad_json)");
  EXPECT_EQ(got.report.rejections[3].code, "bad_json");
  EXPECT_EQ(got.report.rejections[4].text(), "t.ndjson:6: \"no\": is a JSON object (bad_value)");
  folder.write(
      "t.ndjson",
      R"({"no":17,"at":"2024-05-01T12:00:00+02:00","who":{"mail":"a@x"},"tags":["p","q"]})");
  const Imported good = import_text(source_toml(R"(path = "t.ndjson"
format = "ndjson"
event = "entry"
kind = "order"
key = "no"
at = "at"
customer = [{ type = "email", column = "who.mail" }]
[source.file.fields]
participants = "tags"
topic = "tags.1"
)"),
                                    folder);
  ASSERT_EQ(good.events.size(), 1u);
  EXPECT_EQ(good.events[0]->at, 1'714'557'600'000);
  EXPECT_EQ(good.events[0]->entry->key, "17");
  EXPECT_EQ(good.events[0]->entry->topic, "q");
  EXPECT_EQ(good.events[0]->entry->participants, (std::vector<std::string>{"p", "q"}));
}

TEST(Mapping, ANativeFileKeepsToWhatItsSourceMaySend) {
  const TempFolder folder;
  folder.write(
      "n.ndjson",
      R"({"id":"1","at":"2024-05-01T12:00:00Z","customer":["email:a@x"],)"
      R"("entry":{"kind":"note","key":"k"}})"
      "\n"
      R"({"id":"2","at":"2024-05-01T12:00:00Z","customer":["email:a@x"],)"
      R"("erase":{"reason":"asked"}})"
      "\n"
      R"({"id":"3","source":"other","at":"2024-05-01T12:00:00Z","customer":["email:a@x"],)"
      R"("entry":{"kind":"note","key":"k"}})"
      "\n"
      R"({"id":"4","at":"2024-05-01T12:00:00Z","entry":{"kind":"note","key":"k"}})"
      "\n"
      R"({"id":"5","at":"2024-05-01T12:00:00Z","customer":["email:a@x"],)"
      R"("entry":{"kind":"note","key":"k","sujbect":"x"}})"
      "\n");
  const Imported got =
      import_text(source_toml("path = \"n.ndjson\"\nformat = \"native\"\n"), folder);
  ASSERT_EQ(got.events.size(), 1u);
  EXPECT_EQ(got.events[0]->source, "s");
  EXPECT_EQ(got.events[0]->department, "service");
  EXPECT_EQ(rejections_of(got),
            (std::vector<std::string>{
                "n.ndjson:2: \"/erase\": s may not send this: its `may` does not name it "
                "(not_allowed)",
                "n.ndjson:3: \"/source\": is \"other\", the file belongs to s (not_allowed)",
                "n.ndjson:4: \"/customer\": names nobody: whose is it? (no_customer)",
                "n.ndjson:5: \"/entry/sujbect\": is not a name known here (bad_event)"}));
}

TEST(Mapping, OtherEventsAndEncodings) {
  const TempFolder folder;
  folder.write("p.csv", "no,at,mail,name\n1,2024-05-01 12:00:00,a@x,M\xFCller \x80\n");
  folder.write("c.csv",
               "no,at,mail,ok\n1,2024-05-01 12:00:00,a@x,ja\n2,2024-05-01 12:00:00,a@x,nein\n");
  const Imported got = import_text(source_toml(R"(path = "p.csv"
encoding = "windows-1252"
event = "profile"
at = "at"
customer = [{ type = "email", column = "mail" }]
[source.file.fields]
name = "name"
[[source.file]]
path = "c.csv"
event = "consent"
id = ["no"]
at = "at"
only = { column = "ok", in = ["ja"] }
customer = [{ type = "email", column = "mail" }]
[source.file.fields]
purpose = { const = "marketing" }
state = { column = "ok", map = { "ja" = "granted" } }
)"),
                                   folder);
  ASSERT_EQ(got.events.size(), 2u);
  EXPECT_EQ(got.events[0]->profile->name, "Müller €");
  EXPECT_EQ(got.events[1]->consent->state, static_cast<std::uint8_t>(index::ConsentState::granted));
  EXPECT_EQ(got.report.skipped, 1u);
}

TEST(Mapping, TheSameEventsOnAnyNumberOfThreads) {
  const TempFolder folder;
  std::string file = "no,at,mail,state\n";
  for (int i = 0; i < 30'000; ++i) {
    file += std::to_string(i % 29'000) + ",2024-05-01 12:00:00,m" + std::to_string(i % 977) +
            "@x," + (i % 13 == 0 ? "odd" : "Neu") + "\n";
    if (i % 1'000 == 7) file += "broken row\n";
  }
  folder.write("t.csv", file);
  const std::string toml = entry_toml("t.csv",
                                      "id = [\"no\"]\n[source.file.fields]\nstatus = "
                                      "\"state\"\n[source.file.state]\n\"Neu\" = \"new\"\n");
  const Imported one = import_text(toml, folder, 1);
  EXPECT_EQ(one.report.rejected, 30u + 1'000u);
  for (const unsigned threads : {2u, 8u}) {
    const Imported more = import_text(toml, folder, threads);
    EXPECT_EQ(more.raw, one.raw);
    EXPECT_EQ(rejections_of(more), rejections_of(one));
    EXPECT_EQ(more.report.unmapped, one.report.unmapped);
  }
}

// The control of the controls: one changed cell changes the events and the totals.
TEST(Mapping, APlantedFaultIsSeen) {
  const TempFolder folder;
  const std::string good = std::string("no,at,mail\n1,") + kAt + ",a@x\n2," + kAt + ",b@x\n";
  folder.write("t.csv", good);
  const Imported before = import_text(entry_toml("t.csv", ""), folder);
  std::string bad = good;
  bad[bad.rfind('b')] = 'c';
  folder.write("t.csv", bad);
  const Imported after = import_text(entry_toml("t.csv", ""), folder);
  EXPECT_NE(before.raw, after.raw);
  bad.replace(bad.rfind("2024"), 4, "2O24");
  folder.write("t.csv", bad);
  EXPECT_EQ(import_text(entry_toml("t.csv", ""), folder).report.rejected, 1u);
}

TEST(Mapping, AnErrorOfTheSinkEndsTheImport) {
  class FullSink final : public EventSink {
   public:
    Result<void> accept(index::EventSeq seq, std::string_view) override {
      if (seq < 3) return {};
      return index::fail(index::Code::io_error, "no room");
    }
  };
  const TempFolder folder;
  std::string file = "no,at,mail\n";
  for (int i = 0; i < 20'000; ++i) file += std::to_string(i) + "," + kAt + ",a@x\n";
  folder.write("t.csv", file);
  const auto sources = parse_sources(entry_toml("t.csv", ""), folder.path() + "/s.toml");
  ASSERT_TRUE(sources.has_value());
  FullSink sink;
  const auto got = import_events(*sources, "", 2, sink);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().detail, "no room");
}

}  // namespace
}  // namespace concord::datasets
