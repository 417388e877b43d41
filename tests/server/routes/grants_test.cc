// What may be granted is granted once, however many ask at the same time, and who comes second is
// told what is left. Method: see writing.h; several threads as several event loops.
#include <algorithm>
#include <array>

#include "tests/server/routes/writing.h"

namespace concord::test {
namespace {

std::string granting(std::int64_t amount, std::int64_t expected, const std::string& more = {}) {
  return R"({"department":"service","grade":"employee","amount_minor":)" + std::to_string(amount) +
         R"(,"currency":"EUR","expected_left":)" + std::to_string(expected) + more + "}";
}

TEST_F(Writes, AGrantSpendsWhatIsLeft) {
  ASSERT_EQ(left("employee"), 10'000);
  const Answer made = post("grants", granting(6'000, 10'000, R"(,"reason":"late_delivery")"));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Json(made.body).number({"authority", "0", "left_minor"}), 4'000);
  EXPECT_EQ(left("employee"), 4'000);
  const Json then = context();
  EXPECT_EQ(then.text({"timeline", "entries", "0", "kind"}), "credit");
  EXPECT_EQ(then.text({"timeline", "entries", "0", "attributes", "grade"}), "employee");
  EXPECT_EQ(then.at({"attention"})->size(), 0U) << "nobody has to act on it";

  const Answer changed = post("grants", granting(1'000, 10'000), kLea);
  EXPECT_EQ(changed.status, 409);
  EXPECT_EQ(Json(changed.body).text({"code"}), "authority_changed");
  EXPECT_EQ(Json(changed.body).number({"left_minor"}), 4'000);

  const Answer over = post("grants", granting(5'000, 4'000), kLea);
  EXPECT_EQ(over.status, 403);
  EXPECT_EQ(Json(over.body).text({"code"}), "over_authority");
  EXPECT_EQ(Json(over.body).text({"could", "0"}), "team_lead");
  EXPECT_EQ(left("employee"), 4'000);
  EXPECT_EQ(post("grants", granting(4'000, 4'000), kLea).status, 201);
  EXPECT_EQ(left("employee"), 0);
}

TEST_F(Writes, AGrantInAnotherCurrencyIsCountedInTheCompanys) {
  const std::string usd =
      R"({"department":"service","grade":"employee","amount_minor":5000,"currency":"USD",)"
      R"("expected_left":10000})";
  ASSERT_EQ(post("grants", usd).status, 201);
  EXPECT_EQ(left("employee"), 5'400);
  const std::string unknown =
      R"({"department":"service","grade":"employee","amount_minor":1,"currency":"XTS",)"
      R"("expected_left":5400})";
  const Answer refused = post("grants", unknown);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Json(refused.body).text({"errors", "0", "pointer"}), "/currency");
}

TEST_F(Writes, ARepeatedGrantIsOneGrant) {
  const std::string body = granting(6'000, 10'000);
  ASSERT_EQ(post("grants", body, kMia, "g-1").status, 201);
  const Answer again = post("grants", body, kMia, "g-1");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(left("employee"), 4'000);
  const Answer other = post("grants", granting(1'000, 4'000), kMia, "g-1");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(Json(other.body).text({"code"}), "id_reused");
  EXPECT_EQ(left("employee"), 4'000);
}

// Somebody else's event is in the queue, unseen, when the grant is read and handed in.
TEST_F(Writes, WhatHappensInBetweenIsSeen) {
  struct Row {
    index::Kind kind;
    int status;
    std::int64_t left;
    int tries;
  };
  for (const Row& row :
       {Row{index::Kind::note, 201, 9'000, 2}, Row{index::Kind::credit, 409, 9'993, 1}}) {
    SCOPED_TRACE(row.status);
    SetUp();
    Barrier barrier;
    log_->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
      barrier.pass();
      return {};
    };
    Saying rival("desk", "rival", kNoon - 1'000);
    rival.of({"email:ann@example.test"}).entry(row.kind, "r-1").text("meanwhile");
    if (row.kind == index::Kind::credit) {
      rival.it().amount_minor = 7;
      rival.it().currency = "EUR";
    }
    hand_in({rival});
    int tries = 0;
    const Answer answer = ask(server::Method::post, "/v1/customers/email:ann@example.test/grants",
                              granting(1'000, 10'000), kMia, "g-1", [&] {
                                ++tries;
                                barrier.open();
                              });
    EXPECT_EQ(answer.status, row.status) << answer.body;
    EXPECT_EQ(tries, row.tries);
    EXPECT_EQ(left("employee"), row.left);
    // The same again: told as what it was, or judged by what is left now.
    EXPECT_EQ(post("grants", granting(1'000, 10'000), kMia, "g-1").status,
              row.status == 201 ? 200 : 409);
    EXPECT_EQ(left("employee"), row.left);
  }
}

// Eight employees see the same rest and grant all of it, at the same time: one of them does.
TEST_F(Writes, OfManyWhoGrantTheRestOneDoes) {
  for (int round = 0; round < 20; ++round) {
    SetUp();
    std::array<int, 8> statuses{};
    std::vector<std::thread> employees;
    for (std::size_t i = 0; i < statuses.size(); ++i)
      employees.emplace_back([&, i] {
        statuses[i] = ask(server::Method::post, "/v1/customers/email:ann@example.test/grants",
                          granting(10'000, 10'000), i % 2 == 0 ? kMia : kLea)
                          .status;
      });
    for (std::thread& one : employees) one.join();
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 201), 1) << round;
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7) << round;
    EXPECT_EQ(left("employee"), 0);
  }
}

// Control: without the condition the same race spends it more than once.
TEST_F(Writes, ControlWithoutTheConditionTheRaceIsLost) {
  std::vector<Saying> both;
  for (const char* id : {"x", "y"}) {
    Saying credit("desk", id, kNoon - 1'000);
    credit.of({"email:ann@example.test"}).entry(index::Kind::credit, id);
    credit.it().amount_minor = 10'000;
    credit.it().currency = "EUR";
    both.push_back(std::move(credit));
  }
  const auto sent = hand_in(both);
  while (!sent->finished.load()) std::this_thread::sleep_for(std::chrono::microseconds(50));
  for (const auto& one : sent->outcomes)
    EXPECT_EQ(one.status, index::EventOutcome::Status::accepted);
  const auto pin = live_->engine().snapshot().pin();
  const auto ann = live_->engine().snapshot().resolve(pin, "email:ann@example.test").customer;
  int credits = 0;
  live_->engine().snapshot().find(pin, ann).each_entry([&](index::EntryView one) {
    credits += one.kind() == index::Kind::credit ? 1 : 0;
    return true;
  });
  EXPECT_EQ(credits, 2);
}

}  // namespace
}  // namespace concord::test
