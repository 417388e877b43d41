// Holds: each story leaves coherent rows in every department that had a part in it.
// Method: join the extracts by the numbers they carry across and look for the whole story.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "datasets/generate/generate.h"
#include "tests/datasets/generate/extract_reader.h"

namespace concord::datasets {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, ReadFile>& files() {
  static const auto kFiles = [] {
    const fs::path out = fs::path(testing::TempDir()) / "concord_generate_stories";
    fs::remove_all(out);
    EXPECT_TRUE(generate({.customers = 3'000, .seed = 5, .out = out.string()}));
    std::map<std::string, ReadFile> all;
    for (ReadFile& file : FolderReader(out).read_all()) {
      const std::string path = file.path;
      all.emplace(path, std::move(file));
    }
    fs::remove_all(out);
    return all;
  }();
  return kFiles;
}

std::string cell(const Cells& row, const char* name) {
  const auto found = row.find(name);
  return found == row.end() ? std::string() : found->second;
}

/// Rows of a file by one of its columns.
std::multimap<std::string, const Cells*> by(const char* path, const char* column) {
  std::multimap<std::string, const Cells*> rows;
  for (const Cells& row : files().at(path).events)
    if (row.contains(column)) rows.emplace(row.at(column), &row);
  return rows;
}

bool any(const std::multimap<std::string, const Cells*>& rows, const std::string& key,
         const std::function<bool(const Cells&)>& fits) {
  const auto [begin, end] = rows.equal_range(key);
  for (auto row = begin; row != end; ++row)
    if (fits(*row->second)) return true;
  return false;
}

TEST(Stories, LeadToReviewPassesThroughEveryDepartment) {
  const auto leads = by("marketing/leads.ndjson", "lead_no");
  const auto quotes = by("sales/quotes.csv", "opp_no");
  const auto orders = by("operations/orders.ndjson.gz", "quote_no");
  const auto shipments = by("operations/shipments.csv.gz", "auftrag");
  const auto tickets = by("service/tickets.csv.gz", "order_no");
  const auto credits = by("finance/credits.csv", "vorgang");
  const auto reviews = by("marketing/reviews.csv", "order_no");
  std::size_t whole = 0;
  for (const Cells& chance : files().at("sales/opportunities.csv").events) {
    if (cell(chance, "stage") != "won") continue;
    EXPECT_TRUE(leads.contains(cell(chance, "lead_no")));
    any(quotes, cell(chance, "opp_no"), [&](const Cells& quote) {
      EXPECT_EQ(cell(quote, "contact_no"), cell(chance, "contact_no"));
      return any(orders, cell(quote, "quote_no"), [&](const Cells& order) {
        EXPECT_EQ(cell(order, "total"), cell(quote, "total"));
        const std::string no = cell(order, "order_no");
        const bool late =
            any(shipments, no, [](const Cells& s) { return cell(s, "verspaetet") == "ja"; });
        const bool refunded = any(tickets, no, [&](const Cells& ticket) {
          return cell(ticket, "reason") == "late_delivery" &&
                 credits.contains(cell(ticket, "ticket_no"));
        });
        whole += late && refunded && reviews.contains(no);
        return true;
      });
    });
  }
  EXPECT_GT(whole, 20U);
}

TEST(Stories, AMessageHoldsAProblemAndARequestedOffer) {
  std::size_t asked = 0;
  for (const Cells& row : files().at("service/tickets.csv.gz").events)
    asked += cell(row, "requested") == "quote" && cell(row, "topic") == "defect" &&
             cell(row, "message").size() > 40;
  EXPECT_GT(asked, 50U);
}

TEST(Stories, OneBugIsReportedByManyAndARelaseFixesIt) {
  std::map<std::string, std::set<std::string>> reporters;
  std::map<std::string, std::string> fixed_in;
  for (const Cells& row : files().at("product/defects.ndjson").events) {
    reporters[cell(row, "bug")].insert(normalised("email", cell(row, "reporter")));
    if (cell(row, "state") == "fixed") fixed_in[cell(row, "bug")] = cell(row, "fixed_in");
  }
  std::size_t most = 0;
  for (const auto& [bug, who] : reporters) most = std::max(most, who.size());
  EXPECT_GT(most, 40U);
  ASSERT_FALSE(fixed_in.empty());
  EXPECT_LT(fixed_in.size(), reporters.size());  // some are still open
  const auto releases = by("product/releases.ndjson", "release");
  for (const auto& [bug, release] : fixed_in)
    EXPECT_TRUE(any(releases, release,
                    [&](const Cells& row) {
                      return ("," + cell(row, "fixes") + ",").find("," + bug + ",") !=
                             std::string::npos;
                    }))
        << bug << " in " << release;
}

TEST(Stories, NobodyIsMailedAfterHeUnsubscribed) {
  std::map<std::string, std::string> withdrawn;  // e-mail: when
  for (const Cells& row : files().at("marketing/consents.csv").events)
    if (cell(row, "state") == "withdrawn") withdrawn[cell(row, "email")] = cell(row, "at");
  EXPECT_GT(withdrawn.size(), 50U);
  std::map<std::string, std::size_t> before;
  for (const Cells& row : files().at("marketing/sends.ndjson.gz").events) {
    const auto when = withdrawn.find(cell(row, "email"));
    if (when == withdrawn.end() || cell(row, "topic") == "contract_renewal") continue;
    const auto at = index::parse_rfc3339(when->second);
    EXPECT_LT(std::stoll(cell(row, "sent_at")), at->ms) << cell(row, "message_id");
    ++before[cell(row, "email")];
  }
  for (const auto& [email, letters] : before) EXPECT_GE(letters, 3U) << email;
}

TEST(Stories, DisputedAndOverdueInvoicesHaveTheirCases) {
  const auto tickets = by("service/tickets.csv.gz", "order_no");
  std::size_t disputed = 0, dunned = 0;
  for (const Cells& row : files().at("finance/invoices.csv.gz").events) {
    dunned += cell(row, "status") == "angemahnt";
    if (cell(row, "status") != "strittig") continue;
    ++disputed;
    EXPECT_EQ(cell(row, "problem"), "disputed");
    EXPECT_TRUE(any(tickets, cell(row, "auftrag"), [](const Cells& ticket) {
      return cell(ticket, "reason") == "disputed_invoice";
    })) << cell(row, "rechnung");
  }
  EXPECT_GT(disputed, 20U);
  EXPECT_GT(dunned, 20U);
}

TEST(Stories, PromisesAreKeptInTimeOrBroken) {
  std::size_t kept = 0, broken = 0;
  for (const Cells& row : files().at("service/promises.ndjson").events) {
    if (cell(row, "state") == "kept") {
      ++kept;
      EXPECT_LE(cell(row, "kept_at"), cell(row, "due_at"));
    }
    if (cell(row, "state") == "broken") {
      ++broken;
      EXPECT_GT(cell(row, "changed"), cell(row, "due_at"));
      EXPECT_EQ(cell(row, "kept_at"), "");
    }
  }
  EXPECT_GT(kept, 30U);
  EXPECT_GT(broken, 15U);
}

TEST(Stories, ASilentCustomerHearsNothingBetweenSigningAndRenewal) {
  std::set<std::string> silent;  // who got the renewal letter
  for (const Cells& row : files().at("marketing/sends.ndjson.gz").events)
    if (cell(row, "topic") == "contract_renewal") silent.insert(cell(row, "email"));
  EXPECT_GT(silent.size(), 10U);
  for (const char* path : {"service/tickets.csv.gz", "service/calls.csv.gz"})
    for (const Cells& row : files().at(path).events)
      EXPECT_FALSE(silent.contains(normalised("email", cell(row, "requester")).substr(6)));
  for (const Cells& row : files().at("marketing/sends.ndjson.gz").events)
    EXPECT_EQ(silent.contains(cell(row, "email")) && cell(row, "topic") != "contract_renewal",
              false)
        << cell(row, "message_id");
}

TEST(Stories, HandOffsWaitingCallBacksAndHoldsAreThere) {
  std::map<std::string, std::size_t> seen;
  for (const Cells& row : files().at("service/tickets.csv.gz").events) {
    ++seen[cell(row, "state")];
    if (cell(row, "participants").find(',') != std::string::npos) ++seen["handed on twice"];
  }
  for (const Cells& row : files().at("service/tasks.ndjson").events)
    ++seen[cell(row, "what") + " " + cell(row, "state")];
  for (const Cells& row : files().at("legal/holds.csv").events)
    ++seen["hold " + cell(row, "state")];
  for (const Cells& row : files().at("social/posts.ndjson").events)
    ++seen[cell(row, "public") == "true" ? "public post" : "private post"];
  for (const Cells& row : files().at("sales/contacts.csv").events)
    if (row.contains("special_needs")) ++seen["needs"];
  for (const char* what :
       {"Neu", "Offen", "Wartet auf Kunde", "Wartet auf Dritte", "Gelöst", "Geschlossen",
        "handed on twice", "hand_off open", "hand_off done", "call_back open", "call_back done",
        "hold open", "hold released", "public post", "needs"})
    EXPECT_GT(seen[what], 2U) << what;
}

TEST(Stories, SomeThingsAreStillToCome) {
  std::size_t to_come = 0;
  for (const Cells& row : files().at("sales/contracts.csv").events)
    to_come += cell(row, "ends_on") > "2026-11-01";
  EXPECT_GT(to_come, 30U);
  for (const auto& [path, file] : files())
    for (const Cells& row : file.events)
      ASSERT_LT(cell(row, "changed_at"), "2026-11-01T01") << path;
}

TEST(Stories, TheHandbookSpeaksBothLanguages) {
  std::size_t pages = 0;
  std::map<std::string, std::size_t> languages;
  for (const char* path :
       {"knowledge/processes.ndjson", "knowledge/sales_sheets.ndjson", "knowledge/policies.ndjson"})
    for (const Cells& row : files().at(path).events) {
      ++pages;
      ++languages[cell(row, "language")];
      EXPECT_FALSE(cell(row, "title").empty());
      EXPECT_GT(cell(row, "text").size(), 30U);
    }
  EXPECT_EQ(pages, 60U);
  EXPECT_EQ(languages["de"], 30U);
  EXPECT_EQ(languages["en"], 30U);
}

}  // namespace
}  // namespace concord::datasets
