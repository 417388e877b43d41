// What employees write over HTTP: it is in the next answer, a repeat writes nothing, what is wrong
// is told by its place. Method: see writing.h.
#include <map>
#include <set>

#include "tests/server/routes/writing.h"

namespace concord::test {
namespace {

using index::JsonValue;

TEST_F(Writes, APromiseIsInTheNextAnswer) {
  const Answer made = post("promises", R"({"department":"service","text":"Call back about the lamp",
      "due_at":"2026-11-26T09:00:00Z","channel":"phone"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const Json answer(made.body);
  EXPECT_EQ(answer.text({"status"}), "accepted");
  EXPECT_EQ(answer.number({"revision"}), 3);
  EXPECT_EQ(made.field("Concord-Revision"), "3");
  const std::string entry = answer.text({"entry"});
  EXPECT_THAT(entry, testing::StartsWith("concord/promise/"));
  const Json then = context();
  EXPECT_EQ(then.number({"revision"}), 3);
  EXPECT_EQ(then.text({"promises", "0", "entry"}), entry);
  EXPECT_EQ(then.text({"promises", "0", "text"}), "Call back about the lamp");
  EXPECT_EQ(then.text({"promises", "0", "due_at"}), "2026-11-26T09:00:00Z");
  EXPECT_EQ(then.text({"promises", "0", "state_type"}), "open");
  EXPECT_EQ(then.text({"attention", "0", "entry"}), entry);
  EXPECT_THAT(then.text({"attention", "0", "text"}),
              testing::EndsWith(": Call back about the lamp"));
  EXPECT_EQ(then.text({"timeline", "entries", "0", "actor"}), "mia");
  EXPECT_EQ(then.text({"timeline", "entries", "0", "assignee"}), "mia");
  // Kept: the same entry, by its key.
  const std::string key = entry.substr(entry.rfind('/') + 1);
  const Answer kept =
      post("promises",
           R"({"department":"sales","key":")" + key + R"(","state_type":"solved","status":"kept"})",
           kLea);
  ASSERT_EQ(kept.status, 201) << kept.body;
  const Json later = context();
  EXPECT_EQ(later.text({"promises", "0", "state_type"}), "solved");
  EXPECT_EQ(later.text({"promises", "0", "closed_at"}), "2026-11-25T12:00:00Z");
  EXPECT_EQ(later.text({"promises", "0", "department"}), "service") << "it stays whose it is";
  EXPECT_EQ(later.at({"attention"})->size(), 0U);
}

TEST_F(Writes, AFactIsToldOnce) {
  ASSERT_EQ(post("facts", R"({"department":"sales","name":"delivery_time","value":"after six",
      "channel":"phone"})")
                .status,
            201);
  ASSERT_EQ(
      post("facts", R"({"department":"service","name":"delivery_time","value":"mornings"})", kLea)
          .status,
      201);
  const Json then = context();
  EXPECT_EQ(then.at({"told_us"})->size(), 1U);
  EXPECT_EQ(then.text({"told_us", "0", "fact"}), "delivery_time");
  EXPECT_EQ(then.text({"told_us", "0", "value"}), "mornings");
  EXPECT_EQ(then.text({"told_us", "0", "heard_by"}), "lea");
}

TEST_F(Writes, NotesAndTasks) {
  ASSERT_EQ(post("notes", R"({"department":"service","text":"Prefers to be called Annie",
      "visibility":"restricted"})")
                .status,
            201);
  EXPECT_EQ(context().at({"timeline", "entries"})->size(), 0U) << "hidden from this role";
  ASSERT_EQ(post("tasks", R"({"department":"service","subject":"Send the invoice again",
      "queue":"billing","priority":1})")
                .status,
            201);
  const Json then = context();
  EXPECT_EQ(then.text({"attention", "0", "kind"}), "task");
  EXPECT_EQ(then.number({"attention", "0", "priority"}), 1);
}

TEST_F(Writes, ARepeatWritesNothing) {
  const std::string body = R"({"department":"service","id":"n-1","text":"once"})";
  const Answer first = post("notes", body);
  const Answer again = post("notes", body);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(Json(again.body).text({"status"}), "duplicate");
  EXPECT_EQ(Json(again.body).number({"revision"}), Json(first.body).number({"revision"}));
  EXPECT_EQ(Json(again.body).text({"entry"}), Json(first.body).text({"entry"}));
  EXPECT_EQ(revision(), 3U);
  // As a header; by another client it is another write; with another body it is refused.
  const std::string plain = R"({"department":"service","text":"once"})";
  EXPECT_EQ(post("notes", plain, kMia, "n-2").status, 201);
  EXPECT_EQ(post("notes", plain, kMia, "n-2").status, 200);
  EXPECT_EQ(post("notes", plain, kLea, "n-2").status, 201);
  EXPECT_EQ(post("tasks", plain, kMia, "n-2").status, 201) << "another route";
  const Answer other = post("notes", R"({"department":"service","text":"twice"})", kMia, "n-2");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(Json(other.body).text({"code"}), "id_reused");
  EXPECT_EQ(post("notes", body, kMia, "n-2").status, 400) << "two words for one write";
  // Without one, everything is new.
  EXPECT_EQ(post("notes", plain).status, 201);
  EXPECT_EQ(post("notes", plain).status, 201);
}

TEST_F(Writes, AHandOffTakesWhatWasPromisedAlong) {
  ASSERT_EQ(post("handoffs", R"({"department":"service","to":"mia"})").status, 201);
  EXPECT_EQ(context().text({"owner_of_record"}), "mia");
  const std::string due = R"(,"due_at":"2026-11-26T09:00:00Z"})";
  ASSERT_EQ(post("promises", R"({"department":"service","key":"p1","text":"a")" + due).status, 201);
  ASSERT_EQ(
      post("promises", R"({"department":"sales","key":"p2","assignee":"otto","text":"b")" + due)
          .status,
      201);
  ASSERT_EQ(post("tasks", R"({"department":"service","key":"t1","text":"nobody's yet"})").status,
            201);
  const std::string body =
      R"({"id":"h-1","department":"service","key":"h1","to":"lea","to_department":"sales",)"
      R"("text":"Ann waits for the lamp"})";
  const Answer made = post("handoffs", body);
  ASSERT_EQ(made.status, 201) << made.body;
  const Json answer(made.body);
  EXPECT_EQ(answer.text({"owner_of_record"}), "lea");
  std::set<std::string> moved;
  for (const JsonValue one : answer.at({"moved"})->elements()) moved.emplace(*one.as_string());
  EXPECT_TRUE(moved.contains("concord/promise/p1"));
  EXPECT_TRUE(moved.contains("concord/task/t1"));
  EXPECT_FALSE(moved.contains("concord/promise/p2")) << "otto keeps what he promised himself";
  EXPECT_EQ(moved.size(), 2U) << "an earlier hand-off is over, and goes nowhere";
  const Json then = context();
  EXPECT_EQ(then.text({"owner_of_record"}), "lea");
  std::map<std::string, std::string> owners;
  for (const JsonValue one : then.at({"timeline", "entries"})->elements())
    if (const auto owner = one.find("assignee"))
      owners[std::string(*one.find("entry")->as_string())] = *owner->as_string();
  EXPECT_EQ(owners["concord/promise/p1"], "lea");
  EXPECT_EQ(owners["concord/task/t1"], "lea");
  EXPECT_EQ(owners["concord/promise/p2"], "otto");
  EXPECT_EQ(then.at({"now_with"})->size(), 1U) << "the first one is over";
  EXPECT_EQ(then.text({"now_with", "0", "entry"}), "concord/task/h1");
  EXPECT_EQ(then.text({"now_with", "0", "what"}), "handoff");
  EXPECT_EQ(then.text({"now_with", "0", "with"}), "lea");
  EXPECT_EQ(then.text({"now_with", "0", "department"}), "sales");
  const index::EventSeq before = revision();
  const Answer again = post("handoffs", body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(Json(again.body).text({"owner_of_record"}), "lea");
  EXPECT_EQ(revision(), before);
  // Who hands over, hands over what he owes, though somebody else owns the customer.
  ASSERT_EQ(post("promises", R"({"department":"service","key":"p4","text":"c")" + due, kMia).status,
            201);
  const Answer along = post("handoffs", R"({"department":"service","to":"otto"})", kMia);
  EXPECT_THAT(along.body, testing::HasSubstr("concord/promise/p4"));
  // An older one, said again, changes nothing that has come after it.
  const std::string older = R"({"id":"h-0","department":"service","to":"mia"})";
  ASSERT_EQ(post("handoffs", older).status, 201);
  ASSERT_EQ(post("handoffs", R"({"department":"sales","key":"h2","to":"lea"})").status, 201);
  const auto hash = *live_->engine().state_hash(1);
  EXPECT_EQ(post("handoffs", older).status, 200);
  EXPECT_EQ(*live_->engine().state_hash(1), hash);
  // The same hand-off, to somebody else: it stays in progress.
  ASSERT_EQ(post("handoffs", R"({"department":"sales","key":"h2","to":"otto"})").status, 201);
  EXPECT_EQ(context().text({"now_with", "0", "entry"}), "concord/task/h2");
  EXPECT_EQ(context().text({"now_with", "0", "with"}), "otto");
  ASSERT_EQ(post("handoffs", R"({"department":"sales","key":"h2","to":"lea"})").status, 201);
  // Taken over: no longer in progress.
  ASSERT_EQ(
      post("handoffs", R"({"department":"sales","key":"h2","state_type":"solved"})", kLea).status,
      201);
  EXPECT_EQ(context().at({"now_with"})->size(), 0U);
  EXPECT_EQ(context().text({"owner_of_record"}), "lea");
}

TEST_F(Writes, BadBodiesAreToldByPlace) {
  struct Row {
    const char* what;
    const char* body;
    const char* place;
  };
  for (const Row& row : {
           Row{"promises", R"({"department":"service","text":"x"})", "/due_at"},
           Row{"promises", R"({"department":"service","due_at":"2026-11-26T09:00:00Z"})", "/text"},
           Row{"promises", R"({"text":"x","due_at":"2026-11-26T09:00:00Z"})", "/department"},
           Row{"promises", R"({"department":"moon","text":"x","due_at":"2026-11-26T09:00:00Z"})",
               "/department"},
           Row{"promises", R"({"department":"service","text":"x","due_at":"soon"})", "/due_at"},
           Row{"promises", R"({"department":"service","tekst":"x"})", "/tekst"},
           Row{"promises", R"({"department":"service","kind":"case","text":"x"})", "/kind"},
           Row{"notes", R"({"department":"service"})", "/text"},
           Row{"notes", R"({"department":"service","text":7})", "/text"},
           Row{"notes", R"({"department":"service","text":"x","links":[1]})", "/links/0"},
           Row{"notes", R"({"department":"service","text":"x","id":""})", "/id"},
           Row{"tasks", R"({"department":"service"})", "/text"},
           Row{"facts", R"({"department":"service","name":"x"})", "/value"},
           Row{"facts", R"({"department":"service","value":"x"})", "/name"},
           Row{"facts", R"({"department":"service","name":"x","value":"y","due_at":"z"})",
               "/due_at"},
           Row{"handoffs", R"({"department":"service"})", "/to"},
           Row{"handoffs", R"({"department":"service","to":"a","to_department":"moon"})",
               "/to_department"},
           Row{"grants",
               R"({"department":"service","grade":"employee","currency":"EUR",)"
               R"("expected_left":1})",
               "/amount_minor"},
           Row{"grants",
               R"({"department":"service","grade":"employee","amount_minor":1,)"
               R"("currency":"EUR"})",
               "/expected_left"},
           Row{"grants",
               R"({"department":"service","grade":"emperor","amount_minor":1,)"
               R"("currency":"EUR","expected_left":1})",
               "/grade"},
           Row{"grants",
               R"({"department":"service","grade":"employee","amount_minor":-1,)"
               R"("currency":"EUR","expected_left":1})",
               "/amount_minor"},
       }) {
    SCOPED_TRACE(row.body);
    const Answer answer = post(row.what, row.body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(Json(answer.body).text({"errors", "0", "pointer"}), row.place) << answer.body;
  }
  EXPECT_EQ(revision(), 2U) << "nothing was written";
  const std::string long_word(300, 'x');
  EXPECT_EQ(
      Json(
          post("notes", R"({"department":"service","text":"x","topic":")" + long_word + "\"}").body)
          .text({"errors", "0", "pointer"}),
      "/topic");
  EXPECT_EQ(post("notes", "[1]").status, 400);
  EXPECT_EQ(post("notes", "{").status, 400);
}

TEST_F(Writes, WhoMayWriteAboutWhom) {
  const std::string note = R"({"department":"service","text":"x"})";
  EXPECT_EQ(post("notes", note, "Bearer reader-token").status, 403);
  EXPECT_EQ(post("notes", note, "Bearer feed-token").status, 403) << "its own sources only";
  EXPECT_EQ(post("notes", note, "").status, 401);
  const auto about = [&](const std::string& key) {
    return ask(server::Method::post, "/v1/customers/" + key + "/notes", note);
  };
  EXPECT_EQ(about("email:nobody@example.test").status, 404);
  EXPECT_EQ(about("phone:+493012345678").status, 201) << "hers alone";
  Saying shared("crm", "b-2", kNoon);
  send_event(shared.of({"email:ben@example.test", "phone:+493012345678"}).profile("Ben Example"));
  const Answer answer = about("phone:+493012345678");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(Json(answer.body).text({"code"}), "ambiguous_key");
  EXPECT_EQ(about("nonsense").status, 400);
  Saying acme("crm", "acme", kNoon);
  send_event(acme.of({"account:acme"}).profile("Acme"));
  EXPECT_EQ(about("account:acme").status, 201);
}

TEST_F(Writes, WhatTheLogDoesNotTakeIsNotAcknowledged) {
  log_->before_append = [](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    return index::fail(index::Code::io_error, "no more");
  };
  const std::string note = R"({"department":"service","text":"x"})";
  const Answer lost = post("notes", note);
  EXPECT_EQ(lost.status, 503);
  EXPECT_EQ(Json(lost.body).text({"code"}), "not_acknowledged");
  const Answer after = post("notes", note);
  EXPECT_EQ(after.status, 503);
  EXPECT_EQ(Json(after.body).text({"code"}), "read_only");
  house_->service().live = nullptr;
  EXPECT_EQ(Json(post("notes", note).body).text({"code"}), "read_only");
}

}  // namespace
}  // namespace concord::test
