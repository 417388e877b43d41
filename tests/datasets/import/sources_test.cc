// Promise: a wrong name, type or reference in sources.toml is an error with file and line, found
// before any row is read.
#include "datasets/import/sources.h"

#include <gtest/gtest.h>

#include <string>

namespace concord::datasets {
namespace {

// Line numbers below count from the line behind R"(.
constexpr const char* kGood = R"(version = 1
time_zone = "Europe/Berlin"
[identity_types]
shop = { class = "joins", normalise = "exact", limit = 5, blocked = ["none"] }
[lookup.a]
path = "a.csv"
key = "k"
value = "v"
then = "b"
[lookup.b]
path = "b.csv"
key = "k"
value = "v"
[[source]]
name = "desk"
department = "service"
may = ["entry", "consent"]
expect_every = "24h"
[[source.file]]
path = "t-*.csv.gz"
event = "entry"
kind = "case"
key = "no"
at = "changed"
customer = [{ type = "shop", column = "who", lookup = "a" }]
[source.file.fields]
status = "state"
subject = { columns = ["x", "y"], join = "/" }
channel = { column = "c", map = { "E" = "email" } }
[source.file.state]
"Neu" = "new"
)";

TEST(Sources, AGoodFileIsReadWhole) {
  const auto got = parse_sources(kGood, "some/sources.toml");
  ASSERT_TRUE(got.has_value()) << got.error().text();
  EXPECT_EQ(got->folder, "some");
  ASSERT_EQ(got->sources.size(), 1u);
  EXPECT_EQ(got->sources[0].expect_every_ms, 86'400'000);
  EXPECT_TRUE(got->sources[0].allows(index::EventType::consent));
  EXPECT_FALSE(got->sources[0].allows(index::EventType::profile));
  const FileMapping& file = got->sources[0].files.at(0);
  EXPECT_EQ(file.time_zone, "Europe/Berlin");
  EXPECT_EQ(file.id_prefix, "case");
  EXPECT_EQ(file.states, (WordMap{{"Neu", "new"}}));
  const index::IdentityType* shop = got->identity_types.find("shop");
  ASSERT_NE(shop, nullptr);
  EXPECT_EQ(shop->limit, 5u);
  EXPECT_EQ(shop->blocked, std::vector<std::string>{"none"});
  EXPECT_NE(got->identity_types.find("email"), nullptr);  // built in
  // A chain stands behind what it leads to.
  ASSERT_EQ(got->lookups.size(), 2u);
  EXPECT_EQ(got->lookups[0].name, "b");
}

struct Fault {
  const char* from;  // a piece of kGood
  const char* to;    // what stands there instead
  const char* want;  // the whole message
};

constexpr Fault kFaults[] = {
    Fault{"version = 1", "version = 2",
          "s.toml:1: sources.toml: \"version\" must be a whole number from 1 to 1"},
    Fault{"time_zone", "timezone", "s.toml:2: sources.toml: \"timezone\" is not a name known here"},
    Fault{"Europe/Berlin", "Europe/Berlim",
          "s.toml:2: sources.toml: \"time_zone\" is \"Europe/Berlim\", which is no IANA time "
          "zone"},
    Fault{"class = \"joins\"", "class = \"join\"",
          "s.toml:4: [identity_types] shop: \"class\" is \"join\", must be one of joins, "
          "looks_up"},
    Fault{"limit = 5", "limit = 0",
          "s.toml:4: [identity_types] shop: \"limit\" must be a whole number from 1 to "
          "1000000000"},
    Fault{"then = \"b\"", "then = \"c\"",
          "s.toml:9: [lookup.a]: \"then\" is \"c\", but there is no [lookup.c]"},
    Fault{"[lookup.b]\n", "[lookup.b]\nthen = \"a\"\n",
          "s.toml:5: [lookup.a]: its chain of then comes back to itself"},
    Fault{"name = \"desk\"", "name = 7",
          "s.toml:15: [[source]]: \"name\" must be a text in quotes"},
    Fault{"department = \"service\"\n", "", "s.toml:14: [[source]]: \"department\" is missing"},
    Fault{"\"consent\"]", "\"consents\"]",
          "s.toml:17: [[source]]: \"may\" names \"consents\", which is no event"},
    Fault{"may = [\"entry\", ", "may = [",
          "s.toml:21: [[source.file]]: \"event\" is \"entry\", but the source's may does not "
          "name it"},
    Fault{"\"24h\"", "\"daily\"",
          "s.toml:18: [[source]]: \"expect_every\" must be a duration such as \"24h\""},
    Fault{"t-*.csv.gz", "../t.csv",
          "s.toml:20: [[source.file]]: \"path\" must lie below the files' folder: no leading "
          "/ and no .."},
    Fault{"t-*.csv.gz", "*/t.csv",
          "s.toml:20: [[source.file]]: \"path\" may hold * in its last part only"},
    Fault{"event = \"entry\"", "event = \"entries\"",
          "s.toml:21: [[source.file]]: \"event\" is \"entries\", must be one of entry, "
          "retract, profile, identity, membership, consent, fact, knowledge, outcome"},
    Fault{"kind = \"case\"", "kind = \"ticket\"",
          "s.toml:22: [[source.file]]: \"kind\" is \"ticket\", which is no kind of entry"},
    Fault{"key = \"no\"\n", "", "s.toml:19: [[source.file]]: \"key\" is missing"},
    Fault{"at = \"changed\"\n", "", "s.toml:19: [[source.file]]: \"at\" is missing"},
    Fault{"at = \"changed\"\n", "at = \"changed\"\ndate_format = \"%Q\"\n",
          "s.toml:25: [[source.file]]: \"date_format\" is wrong: date_format \"%Q\": % is "
          "followed by none of Y y m d H I p M S f b B z %"},
    Fault{"type = \"shop\"", "type = \"shops\"",
          "s.toml:25: customer: \"type\" is \"shops\", but [identity_types] has no such "
          "name"},
    Fault{"lookup = \"a\"", "lookup = \"x\"",
          "s.toml:25: customer: \"lookup\" is \"x\", but there is no [lookup.x]"},
    Fault{"column = \"who\"", "colum = \"who\"",
          "s.toml:25: customer: \"column\" is missing: name column, columns, const or "
          "first"},
    Fault{"customer = [", "customers = [",
          "s.toml:19: [[source.file]]: \"customer\" is missing: whose is a row?"},
    Fault{"status = \"state\"", "stauts = \"state\"",
          "s.toml:27: [source.file.fields] of event \"entry\": \"stauts\" is not a name "
          "known here"},
    Fault{"status = \"state\"", "status = 4",
          "s.toml:27: fields.status must be a column name or a table such as { column = "
          "\"a\" }"},
    Fault{"status = \"state\"", "amount = \"state\"",
          "s.toml:27: [source.file.fields] of event \"entry\": \"amount\" needs currency "
          "beside it"},
    Fault{"status = \"state\"", "direction = { const = \"in\" }",
          "s.toml:27: fields.direction: \"const\" is \"in\", which is no word for it"},
    Fault{"status = \"state\"", "due_at = { column = \"d\", as = \"text\" }",
          "s.toml:27: fields.due_at: \"as\" must be time here"},
    Fault{"\"Neu\" = \"new\"", "\"Neu\" = \"fresh\"",
          "s.toml:31: \"Neu\" is given \"fresh\", which is no state type"},
    Fault{"[source.file.state]", "[source.file.states]",
          "s.toml:30: [[source.file]]: \"states\" is not a name known here"},
    Fault{"key = \"no\"", "key = no",
          "s.toml:23:8: Error while parsing floating-point: expected 'nan', saw 'no'"}};

TEST(Sources, EveryFaultIsNamedWithItsLine) {
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(fault.to);
    std::string toml = kGood;
    const std::size_t at = toml.find(fault.from);
    ASSERT_NE(at, std::string::npos);
    toml.replace(at, std::string(fault.from).size(), fault.to);
    const auto got = parse_sources(toml, "s.toml");
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error().text(), fault.want);
  }
}

}  // namespace
}  // namespace concord::datasets
