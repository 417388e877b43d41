// Promise: what lies after as_of does not exist for the answer; attention lists the worst first;
// the timeline's pages are the whole list; an account's facts are its members'.
#include "index/snapshot/context.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "tests/index/snapshot/published.h"

namespace concord::test {
namespace {

using index::ContextField;
using index::Direction;
using index::Kind;
using index::StateType;
using index::Trouble;
using index::UnixMillis;

// One entry, one event each: what a base that stopped listening earlier would not know.
Saying single_entry(std::uint64_t& seed, std::size_t n) {
  const auto dice = [&](std::uint64_t below) {
    return index::mix64(seed += 0x9e3779b97f4a7c15ULL) % below;
  };
  const auto at_ms = static_cast<std::int64_t>(1000 + dice(1000));
  Saying saying("crm", "e" + std::to_string(n), at_ms);
  saying.of({"crm:1"}).department(dice(2) == 0 ? "service" : "sales");
  saying.entry(static_cast<Kind>(dice(index::kKindCount)), "K" + std::to_string(n));
  saying.state(static_cast<StateType>(dice(7)));
  if (dice(3) == 0) saying.closed(at_ms + static_cast<std::int64_t>(dice(500)));
  if (dice(3) == 0) saying.due(at_ms + static_cast<std::int64_t>(dice(500)) - 250);
  if (dice(2) == 0) saying.topic("topic" + std::to_string(dice(4)));
  if (dice(2) == 0) saying.it().direction = static_cast<std::uint8_t>(dice(3));
  if (dice(2) == 0) saying.it().channel = dice(2) == 0 ? "phone" : "email";
  if (dice(3) == 0) saying.it().amount_minor = static_cast<std::int64_t>(dice(1000));
  if (saying.it().amount_minor.has_value()) saying.it().currency = dice(2) == 0 ? "EUR" : "USD";
  saying.subject("subject " + std::to_string(n));
  return saying;
}

TEST(Context, AtAPastTimeIsTheAnswerOfABaseThatHeardNothingLater) {
  constexpr ContextField kFields[] = {ContextField::attention,     ContextField::promises,
                                      ContextField::last_contacts, ContextField::told_us,
                                      ContextField::told_them,     ContextField::balances,
                                      ContextField::holdings,      ContextField::open,
                                      ContextField::departments,   ContextField::timeline};
  for (std::uint64_t story = 1; story <= 10; ++story) {
    std::uint64_t seed = story;
    std::vector<Saying> all;
    for (std::size_t n = 0; n < 250; ++n) all.push_back(single_entry(seed, n));
    Base whole;
    for (const Saying& saying : all) whole.hear(saying);
    for (const std::int64_t at : {1100, 1500, 1900, 2600}) {
      Base shorter;
      for (const Saying& saying : all)
        if (saying.draft.at <= at) shorter.hear(saying);
      const auto pin = whole.snapshot().pin();
      const auto short_pin = shorter.snapshot().pin();
      const index::Customer one = whole.customer(pin, "crm:1", UnixMillis{at});
      const index::Customer two = shorter.customer(short_pin, "crm:1", UnixMillis{at});
      for (const ContextField field : kFields) {
        SCOPED_TRACE(std::string(name_of(field)) + " at " + std::to_string(at));
        ASSERT_EQ(member(one, field, UnixMillis{at}), member(two, field, UnixMillis{at}));
      }
      if (at == 1500) {  // control: another time is another answer
        ASSERT_NE(member(one, ContextField::timeline, UnixMillis{at}),
                  member(one, ContextField::timeline, UnixMillis{1100}));
      }
    }
  }
}

// The ready-made pieces and the ones added up anew are the same lists.
TEST(Context, ReadyMadePiecesAreWhatAddingUpGives) {
  for (std::uint64_t story = 1; story <= 5; ++story) {
    std::uint64_t seed = story;
    Base now;
    Base later;
    for (std::size_t n = 0; n < 250; ++n) {
      const Saying saying = single_entry(seed, n);
      now.hear(saying);
      later.hear(saying);
    }
    // One entry in the far future takes the ready-made pieces away and adds nothing at 3000.
    later.hear(Saying("crm", "far", 1'000'000).of({"crm:1"}).entry(Kind::order, "far"));
    const UnixMillis at{3000};
    const auto pin = now.snapshot().pin();
    const auto later_pin = later.snapshot().pin();
    const index::Customer one = now.customer(pin, "crm:1", at);
    const index::Customer two = later.customer(later_pin, "crm:1", at);
    ASSERT_GE(at.ms, one.record.newest_at_ms());
    ASSERT_LT(at.ms, two.record.newest_at_ms());
    for (int i = static_cast<int>(ContextField::promises);
         i <= static_cast<int>(ContextField::departments); ++i) {
      const auto field = static_cast<ContextField>(i);
      if (field == ContextField::next || field == ContextField::authority) continue;
      ASSERT_EQ(member(one, field, at), member(two, field, at)) << name_of(field);
    }
  }
}

TEST(Attention, WorstFirst) {
  constexpr std::int64_t kNow = 10'000;
  Base base;
  std::size_t n = 0;
  const auto open = [&](Kind kind, const char* key, std::int64_t at, std::int64_t due,
                        Trouble trouble = Trouble::none, int priority = 0) {
    Saying saying("crm", "e" + std::to_string(n++), at);
    saying.of({"crm:1"}).entry(kind, key).state(StateType::open);
    if (due != 0) saying.due(due);
    if (trouble != Trouble::none) saying.it().trouble = static_cast<std::uint8_t>(trouble);
    if (priority != 0) saying.it().priority = static_cast<std::uint8_t>(priority);
    base.hear(saying);
  };
  open(Kind::task, "rest", 100, 0);
  open(Kind::promise, "kept-so-far", 50, kNow + 1);
  open(Kind::defect, "bug", 60, 0);
  open(Kind::order, "on-time", 70, kNow + 5);
  open(Kind::shipment, "late-said", 90, 0, Trouble::late);
  open(Kind::order, "late", 80, kNow - 1);
  open(Kind::invoice, "wrong", 85, 0, Trouble::wrong);
  open(Kind::invoice, "overdue", 95, kNow - 10);
  open(Kind::invoice, "fine", 96, kNow + 10);
  open(Kind::case_, "young", 300, 0);
  open(Kind::case_, "old", 200, 0);
  open(Kind::case_, "urgent", 400, 0, Trouble::none, 1);
  open(Kind::case_, "overdue-b", 500, kNow - 5);
  open(Kind::case_, "overdue-a", 600, kNow - 9);
  open(Kind::promise, "broken", 700, kNow - 1);
  open(Kind::hold, "legal", 800, 0);
  open(Kind::contract, "standing", 10, 0);  // open, but nobody has to act
  open(Kind::fact, "dog", 10, 0);
  const std::vector<std::string> want{
      "hold/legal",          "promise/broken", "case/overdue-a",     "case/overdue-b",
      "case/urgent",         "case/old",       "case/young",         "invoice/overdue",
      "invoice/wrong",       "order/late",     "shipment/late-said", "defect/bug",
      "promise/kept-so-far", "order/on-time",  "invoice/fine",       "task/rest"};
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{kNow});
  alignas(index::Attention) std::byte space[sizeof(index::Attention) * 32];
  const auto list = [&](std::size_t room) {
    const std::span<index::Attention> out(reinterpret_cast<index::Attention*>(space), room);
    std::vector<std::string> got;
    const std::size_t count = index::attention_of(customer, UnixMillis{kNow}, out);
    for (std::size_t i = 0; i < count; ++i) got.emplace_back(out[i].entry.id_json().substr(4));
    return got;
  };
  EXPECT_EQ(list(32), want);
  for (std::size_t room = 1; room < want.size(); ++room)  // with less room, the worst stay
    EXPECT_EQ(list(room), std::vector<std::string>(want.begin(), want.begin() + room));
}

TEST(Attention, TellsWhatIsWrongInWords) {
  Base base;
  Saying saying("crm", "1", 0);
  saying.of({"crm:1"}).entry(Kind::order, "A\"1").state(StateType::open).due(0);
  saying.it().status = "in \"transit\"";
  saying.subject("two \\ chairs");
  base.hear(saying);
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{5});
  const std::string json = member(customer, ContextField::attention, UnixMillis{5});
  index::JsonReader reader;
  const auto parsed = reader.parse(json);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().text() << json;
  EXPECT_EQ((*(*parsed->elements().begin()).find("text")).as_string(),
            "Order A\"1 is late since 1970-01-01 (in \"transit\"): two \\ chairs");
}

struct Page {
  std::vector<std::string> ids;
  std::uint64_t total = 0;
  std::string cursor;
};
Page page_of(const index::Customer& customer, const index::TimelineFilter& filter, std::int64_t at,
             std::uint32_t limit, std::uint64_t skip) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  index::write_timeline(out, customer, filter, UnixMillis{at}, limit, skip);
  index::JsonReader reader;
  const auto parsed = reader.parse(buffer.view());
  EXPECT_TRUE(parsed.has_value());
  Page page;
  for (const index::JsonValue one : parsed->find("entries")->elements())
    page.ids.emplace_back(*one.find("entry")->as_string());
  page.total = *parsed->find("total")->as_uint64();
  if (const auto cursor = parsed->find("next_cursor")) page.cursor = *cursor->as_string();
  return page;
}

TEST(Timeline, PagesAreTheWholeListAndFiltersTakeWhatTheySay) {
  std::uint64_t seed = 3;
  Base base;
  std::vector<Saying> all;
  for (std::size_t n = 0; n < 600; ++n) all.push_back(single_entry(seed, n));
  for (const Saying& saying : all) base.hear(saying);
  const auto pin = base.snapshot().pin();
  for (const std::int64_t at : {1500, 9000}) {
    const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{at});
    std::vector<index::TimelineFilter> filters(8);
    filters[1].department = "sales";
    filters[2].channel = "phone";
    filters[3].from_ms = 1200;
    filters[3].to_ms = 1400;
    filters[4].kinds = 1U << static_cast<int>(Kind::order) | 1U << static_cast<int>(Kind::hold);
    filters[5].open_only = true;
    filters[6].with_decisions = true;
    filters[7].department = "nobody";
    for (std::size_t f = 0; f < filters.size(); ++f) {
      SCOPED_TRACE(std::to_string(f) + " at " + std::to_string(at));
      const index::TimelineFilter& filter = filters[f];
      std::vector<std::pair<std::int64_t, std::string>> want;  // newest first, then by id
      for (const Saying& one : all) {
        const index::wire::EntryT& it = *one.draft.entry;
        const auto kind = static_cast<Kind>(it.kind);
        const bool open = it.closed_at.has_value()
                              ? *it.closed_at > at
                              : is_open(static_cast<StateType>(*it.state_type));
        if (one.draft.at > at || (kind == Kind::decision && !filter.with_decisions) ||
            (f == 1 && one.draft.department != "sales") || (f == 2 && it.channel != "phone") ||
            (f == 3 && (one.draft.at < 1200 || one.draft.at >= 1400)) ||
            (f == 4 && kind != Kind::order && kind != Kind::hold) || (f == 5 && !open) || f == 7)
          continue;
        want.emplace_back(-one.draft.at, index::entry_id("crm", kind, it.key));
      }
      std::sort(want.begin(), want.end());
      std::vector<std::string> got;
      for (std::uint64_t skip = 0;; skip += 37) {
        const Page page = page_of(customer, filter, at, 37, skip);
        EXPECT_EQ(page.total, want.size());
        got.insert(got.end(), page.ids.begin(), page.ids.end());
        if (page.cursor.empty()) break;
        EXPECT_EQ(page.cursor, std::to_string(customer.revision) + "." + std::to_string(skip + 37));
      }
      ASSERT_EQ(got.size(), want.size());
      for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], want[i].second);
      EXPECT_TRUE(page_of(customer, filter, at, 20, ~std::uint64_t{0} - 5).ids.empty());
    }
  }
}

TEST(FindEntry, FindsEachEntryAndNothingElse) {
  std::uint64_t seed = 4;
  Base base;
  for (std::size_t n = 0; n < 500; ++n) base.hear(single_entry(seed, n));
  const auto pin = base.snapshot().pin();
  const index::RecordView record = base.customer(pin, "crm:1", UnixMillis{9000}).record;
  for (std::uint32_t place = 0; place < record.entry_count(); ++place) {
    const index::EntryView entry = record.entry(place);
    const auto found = index::find_entry(record, entry.at_ms(), entry.row().id_hash());
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->json(), entry.json());
    EXPECT_FALSE(index::find_entry(record, entry.at_ms() + 100'000, entry.row().id_hash()));
    EXPECT_FALSE(index::find_entry(record, entry.at_ms(), entry.row().id_hash() ^ 1));
  }
}

TEST(Accounts, SayWhatIsOpenAlsoAfterTheyBecameOneAndOnlyWhenItIsKnown) {
  Base base;
  std::size_t n = 0;
  const auto event = [&] { return Saying("crm", "e" + std::to_string(n++), 10); };
  for (const char* name : {"acme", "sub"}) {
    base.hear(event().of({"crm:1"}).membership(name, "buyer"));
    base.hear(event()
                  .of({("account:" + std::string(name)).c_str()})
                  .entry(Kind::case_, std::string("C-") + name)
                  .state(StateType::open));
  }
  base.hear(event().of({"account:acme", "account:sub"}).entry(Kind::note, "joined"));
  {
    const auto pin = base.snapshot().pin();
    const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{20});
    EXPECT_EQ(customer.account_count, 1U);
    const std::string json = member(customer, ContextField::accounts, UnixMillis{20});
    index::JsonReader reader;
    const auto parsed = reader.parse(json);
    ASSERT_TRUE(parsed.has_value()) << json;
    for (const index::JsonValue one : parsed->elements())
      EXPECT_EQ(one.find("open")->as_int64(), 2) << json;
  }
  for (std::size_t i = 0; i < index::kAccountsMax + 5; ++i)
    base.hear(event().of({"crm:2"}).membership("a" + std::to_string(i), ""));
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:2", UnixMillis{20});
  EXPECT_EQ(customer.account_count, index::kAccountsMax);
  const std::string json = member(customer, ContextField::accounts, UnixMillis{20});
  index::JsonReader reader;
  const auto parsed = reader.parse(json);
  std::size_t known = 0;
  std::size_t all = 0;
  for (const index::JsonValue one : parsed->elements()) {
    ++all;
    if (one.find("open")) ++known;
  }
  EXPECT_EQ(all, index::kAccountsMax + 5);
  EXPECT_EQ(known, index::kAccountsMax);
}

TEST(Facts, AnAttributeCalledTextIsNotTheValue) {
  Base base;
  Saying saying("crm", "1", 10);
  saying.of({"crm:1"}).entry(Kind::fact, "dog").subject("dog");
  for (const char* name : {"a", "text"}) {
    auto one = std::make_unique<index::wire::AttributeT>();
    one->name = name;
    one->text = "no";
    saying.it().attributes.push_back(std::move(one));
  }
  base.hear(saying);
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{20});
  EXPECT_EQ(member(customer, ContextField::told_us, UnixMillis{20}),
            R"([{"fact":"dog","at":"1970-01-01T00:00:00.010Z","entry":"crm/fact/dog"}])");
}

TEST(Balances, SaturateInsteadOfTurningRound) {
  Base base;
  for (const char* key : {"1", "2"}) {
    Saying saying("erp", key, 10);
    saying.of({"crm:1"}).entry(Kind::invoice, key).state(StateType::open);
    saying.it().amount_minor = std::numeric_limits<std::int64_t>::max() - 1;
    saying.it().currency = "EUR";
    base.hear(saying);
  }
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{20});
  EXPECT_EQ(member(customer, ContextField::balances, UnixMillis{20}),
            R"([{"currency":"EUR","open_minor":9223372036854775807,"invoices":2}])");
}

}  // namespace
}  // namespace concord::test
