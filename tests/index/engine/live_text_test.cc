// Promise: what was applied is findable at the text revision, and the answer is a function of the
// generation, that revision and the question, whenever commits and merges fell.
// Method: random feeds over a generation made of their beginning; one engine commits and merges at
// random points, another all at once at the end: equal answers; and both find what the records
// have.
#include "index/live_text.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "tests/index/engine/live_text_support.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

/// A committer over an engine, driven by hand: no threads, every commit point is chosen.
class ByHand {
 public:
  ByHand(const std::vector<std::string>& feed, std::size_t base, LiveTextCommitter::Limits limits)
      : feed_(feed), engine_(opened(feed, base, folder_.path())), applied_(base) {
    for (std::size_t i = 0; i < base; ++i) tell_book(i, i + 1);
    text_ = {engine_->text()->index->members().front().part, engine_->generation().name, base};
    committer_ = std::make_unique<LiveTextCommitter>(
        engine_->snapshot(), book_, TextShards(text_, folder_.path() + "/text-live"), limits,
        [this](const auto& step) {
          if (while_building) while_building();
          step();
        });
    committer_->first_view();
  }
  void apply_to(std::size_t count) {
    for (; applied_ < count; ++applied_) {
      tell_book(applied_, engine_->snapshot().revision());
      ASSERT_TRUE(engine_->apply(feed_[applied_]));
      const ReadPin pin = engine_->snapshot().pin();
      for (std::size_t place = 0; place < engine_->snapshot().record_count(); ++place)
        if (const RecordView record = engine_->snapshot().record_at(pin, place);
            record && record.seq() == applied_ + 1)
          queue.changed(record.id(), applied_ + 1);
    }
  }
  std::shared_ptr<const TextView> commit() {
    for (;;) {
      auto view = committer_->step(queue);
      EXPECT_TRUE(view) << view.error().text();
      if (!view || *view != nullptr) return view ? *view : nullptr;
    }
  }
  /// Begins a merge; the result is put in `between` later.
  bool merge(const std::function<void()>& between) {
    const auto merge = committer_->next_merge(true);
    if (!merge) return false;
    auto merged = run_merge(*merge, engine_->snapshot(), [](const auto& step) { step(); });
    between();
    committer_->put_in(std::move(merged));
    return true;
  }
  Engine& engine() { return *engine_; }
  LiveTextCommitter& committer() { return *committer_; }
  std::function<void()> while_building;
  LiveTextQueue queue{5};  // so small that names are lost now and then

 private:
  void tell_book(std::size_t i, EventSeq published) {
    const auto event = decode_event(feed_[i]);
    if (type_of(**event) == EventType::knowledge) book_.said(**event, i + 1, published);
  }
  const std::vector<std::string>& feed_;
  TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
  KnowledgeBook book_;
  TextBase text_;
  std::size_t applied_;
  std::unique_ptr<LiveTextCommitter> committer_;
};

TEST(LiveTextCommits, WhenTheyFellDoesNotShow) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = feed_of(seed, 260);
    ByHand many(feed, 100, {3});
    ByHand once(feed, 100, {8192});
    Dice dice(seed);
    std::shared_ptr<const TextView> view;
    std::size_t merges = 0;
    for (std::size_t at = 100; at < feed.size();) {
      const auto go_on = [&] {
        at = std::min(feed.size(), at + 1 + dice.below(20));
        many.apply_to(at);
      };
      go_on();
      view = many.commit();
      ASSERT_NE(view, nullptr);
      ASSERT_EQ(found_by(*view), documents_of(many.engine(), *view->pages)) << "at " << at;
      merges += dice.below(2) == 0 && many.merge(go_on) ? 1 : 0;
    }
    view = many.commit();
    once.apply_to(feed.size());
    const auto whole = once.commit();
    ASSERT_NE(whole, nullptr);
    EXPECT_GT(merges, 1U);
    EXPECT_EQ(view->index->revision(), feed.size());
    ASSERT_EQ(test::first_difference(answers(many.engine(), *view, seed),
                                     answers(once.engine(), *whole, seed)),
              "");
  }
}

// Nobody knows how long the building takes: nothing may be kept for it.
TEST(LiveTextCommits, NoPinIsHeldWhileAShardIsBuilt) {
  const auto feed = feed_of(3, 130);
  ByHand text(feed, 60, {3});
  text.apply_to(100);
  std::size_t at = 100;
  text.while_building = [&] {
    const EventSeq before = text.engine().snapshot().revision();
    if (at < feed.size()) text.apply_to(++at);
    if (text.engine().snapshot().revision() > before) {
      EXPECT_FALSE(text.engine().snapshot().pin_at(before).has_value());
    }
  };
  const auto view = text.commit();
  ASSERT_NE(view, nullptr);
  EXPECT_GT(at, 100U);
  text.while_building = nullptr;
  const auto last = text.commit();
  EXPECT_EQ(found_by(*last), documents_of(text.engine(), *last->pages));
}

// Control: a commit that is an event behind is seen, by both comparisons.
TEST(LiveTextCommits, TheComparisonSeesALostEvent) {
  const auto feed = feed_of(3, 130);
  ByHand whole(feed, 60, {8192});
  whole.apply_to(130);
  const auto all = whole.commit();
  int behind = 0;
  ByHand other(feed, 60, {8192});
  other.apply_to(100);
  const auto old = other.commit();
  other.apply_to(130);
  behind += found_by(*old) != documents_of(other.engine(), *all->pages) ? 1 : 0;
  behind += answers(other.engine(), *old, 3) != answers(whole.engine(), *all, 3) ? 1 : 0;
  EXPECT_EQ(behind, 2);
}

// The text index's threads run when nothing else does: on a busy machine that is not soon.
constexpr std::int64_t kHangsMs = 600'000;

/// What a service does: an engine that follows its text with threads.
class Following {
 public:
  Following(const std::vector<std::string>& feed, std::size_t base)
      : feed_(feed), engine_(opened(feed, base, folder_.path())) {
    follow();
  }
  void follow() {
    LiveTextOptions options;
    options.folder = live_folder();
    options.commit_ms = 1;
    options.note = [this](std::string_view text) { notes.emplace_back(text); };
    engine_->follow_text(options);
  }
  /// As after the service was stopped: the generation is opened, the log applied, the text
  /// followed.
  void restart(std::size_t base, std::size_t count, const std::string& live_from = {}) {
    engine_.reset();
    notes.clear();
    if (!live_from.empty()) {
      fs::remove_all(live_folder());
      fs::copy(live_from, live_folder(), fs::copy_options::recursive);
    }
    engine_ = std::move(*Engine::open(folder_.path(), 1));
    apply(*engine_, feed_, base, count);
    follow();
  }
  void expect_whole(std::size_t revision) {
    ASSERT_TRUE(engine_->live_text()->wait_for(revision, kHangsMs));
    const auto view = engine_->text();
    EXPECT_EQ(view->index->revision(), revision);
    EXPECT_EQ(found_by(*view), documents_of(*engine_, *view->pages));
  }
  Engine& engine() { return *engine_; }
  [[nodiscard]] std::string live_folder() const { return folder_.path() + "/text-live"; }
  std::vector<std::string> notes;

 private:
  const std::vector<std::string>& feed_;
  TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
};

TEST(LiveText, FollowsWhileOthersAsk) {
  const auto feed = feed_of(11, 400);
  Following live(feed, 100);
  std::atomic<bool> done{false};
  std::vector<std::thread> askers;
  for (int i = 0; i < 2; ++i)
    askers.emplace_back([&] {
      EventSeq last = 0;
      while (!done) {
        const auto view = live.engine().text();
        EXPECT_GE(view->index->revision(), last);
        last = view->index->revision();
        found_by(*view);  // whole and without doubles, whatever is going on
      }
    });
  for (std::size_t i = 100; i < feed.size(); ++i) {
    apply(live.engine(), feed, i, i + 1);
    if (i % 40 == 0) live.expect_whole(i + 1);
  }
  live.expect_whole(feed.size());
  done = true;
  for (std::thread& asker : askers) asker.join();
  const LiveTextStatus status = live.engine().live_text()->status();
  EXPECT_EQ(status.lag_ms, 0);
  EXPECT_EQ(status.errors, 0U);
  EXPECT_GT(status.commits, 3U);
  EXPECT_THAT(live.notes, testing::IsEmpty());
}

TEST(LiveText, GoesOnAfterARestart) {
  const auto feed = feed_of(12, 200);
  Following live(feed, 80);
  apply(live.engine(), feed, 80, 150);
  live.expect_whole(150);
  const auto before = answers(live.engine(), *live.engine().text(), 1);
  live.restart(80, 150);
  EXPECT_EQ(live.engine().text()->index->revision(), 150U) << "without any work";
  EXPECT_EQ(test::first_difference(before, answers(live.engine(), *live.engine().text(), 1)), "");
  apply(live.engine(), feed, 150, 200);
  live.expect_whole(200);
  live.restart(80, 190);  // a log that ends before what the folder covers
  live.expect_whole(190);
  ASSERT_EQ(live.notes.size(), 1U);
  EXPECT_THAT(live.notes[0], testing::HasSubstr("stands at revision 200, the log ends at 190"));
}

// Each file flipped, cut or gone: said with its name, made anew, right answers. Control: untouched,
// nothing is said and nothing made anew (the test before).
TEST(LiveText, ADamagedFolderIsMadeAnew) {
  const auto feed = feed_of(13, 160);
  Following live(feed, 80);
  apply(live.engine(), feed, 80, 160);
  live.expect_whole(160);
  const auto want = answers(live.engine(), *live.engine().text(), 2);
  live.restart(80, 160);
  std::size_t tried = 0;
  for (const char* how : {"flip", "cut", "gone"}) {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(live.live_folder()))
      if (entry.is_regular_file())
        files.push_back(fs::relative(entry.path(), live.live_folder()).string());
    ASSERT_GE(files.size(), 4U);
    for (const std::string& name : {std::string("MANIFEST"), files[tried % files.size()],
                                    files[(tried + 1) % files.size()]}) {
      SCOPED_TRACE(name + " " + how);
      const std::string path = live.live_folder() + "/" + name;
      if (!fs::exists(path)) continue;  // made anew meanwhile, under another name
      std::string bytes = read_file(path).value();
      if (std::string_view(how) == "gone") {
        fs::remove(path);
      } else {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x20);
        if (std::string_view(how) == "cut") bytes.resize(bytes.size() / 3);
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
      }
      live.restart(80, 160);
      live.expect_whole(160);
      const bool missing = name == "MANIFEST" && std::string_view(how) == "gone";
      if (!missing) {
        ASSERT_EQ(live.notes.size(), 1U);
        EXPECT_THAT(live.notes[0], testing::HasSubstr(fs::path(name).filename().string()));
        EXPECT_THAT(live.notes[0], testing::HasSubstr("made anew"));
      }
      EXPECT_EQ(test::first_difference(want, answers(live.engine(), *live.engine().text(), 2)), "");
      ++tried;
    }
  }
  EXPECT_GE(tried, 6U);
}

/// Arms the failpoints for one scope.
struct Armed {
  explicit Armed(FailpointHook hook) { arm_failpoints(std::move(hook)); }
  ~Armed() { disarm_failpoints(); }
};

// The folder as a crash between any two steps would leave it: the old state or the new one.
TEST(LiveText, ACrashBetweenShardAndManifestLeavesTheOldOrTheNewState) {
  const auto feed = feed_of(14, 160);
  Following live(feed, 80);
  apply(live.engine(), feed, 80, 110);
  live.expect_whole(110);
  TemporaryFolder left;
  std::atomic<int> copies{0};
  {
    const Armed armed([&](std::string_view name) {
      if (name == "text.before_manifest" && copies++ == 0)
        fs::copy(live.live_folder(), left.path() + "/text-live", fs::copy_options::recursive);
      return false;
    });
    apply(live.engine(), feed, 110, 160);
    live.expect_whole(160);
  }
  ASSERT_GT(copies.load(), 0);
  const auto want = answers(live.engine(), *live.engine().text(), 4);
  live.restart(80, 160, left.path() + "/text-live");
  EXPECT_THAT(live.notes, testing::IsEmpty()) << "the old state is whole";
  live.expect_whole(160);
  EXPECT_EQ(test::first_difference(want, answers(live.engine(), *live.engine().text(), 4)), "");
}

TEST(LiveText, AFailedCommitIsSaidAndTriedAgain) {
  const auto feed = feed_of(15, 120);
  Following live(feed, 80);
  live.expect_whole(80);
  std::atomic<int> left{2};
  {
    const Armed armed([&](std::string_view name) {
      return (name == "text.before_manifest" || name == "text.before_shard") && left-- > 0;
    });
    apply(live.engine(), feed, 80, 120);
    live.expect_whole(120);
  }
  EXPECT_EQ(live.engine().live_text()->status().errors, 2U);
  EXPECT_EQ(live.engine().live_text()->status().last_error, "");
  EXPECT_THAT(live.notes, testing::Not(testing::IsEmpty()));
}

TEST(LiveText, AWalkOverPagesSeesOneState) {
  const auto feed = feed_of(16, 200);
  Following live(feed, 120);
  live.expect_whole(120);
  const LiveText& text = *live.engine().live_text();
  TextQuery query;
  query.limit = 3;
  const auto first = live.engine().text();
  const auto page = first->index->search(query, {});
  ASSERT_TRUE(page);
  ASSERT_FALSE(page->next_cursor.empty());
  text.keep(first);
  apply(live.engine(), feed, 120, 200);
  live.expect_whole(200);
  EXPECT_EQ(text.view_for(page->next_cursor), first);
  query.cursor = page->next_cursor;
  EXPECT_TRUE(text.view_for(query.cursor)->index->search(query, {}));
  EXPECT_EQ(live.engine().text()->index->search(query, {}).error().code, Code::cursor_stale);
  EXPECT_EQ(text.view_for("nonsense"), live.engine().text());
}

// A new generation: its index at once with what changed since, never a step back.
TEST(LiveText, ANewGenerationIsTakenInOneStep) {
  const auto feed = feed_of(17, 240);
  Following live(feed, 80);
  apply(live.engine(), feed, 80, 200);
  live.expect_whole(200);
  TemporaryFolder next;
  const auto newer = opened(feed, 160, next.path());
  const TextBase base{newer->text()->index->members().front().part, newer->generation().name, 160};
  live.engine().live_text()->rebase(base);
  apply(live.engine(), feed, 200, 240);
  for (int i = 0; i < 600; ++i) {
    const auto view = live.engine().text();
    EXPECT_GE(view->index->revision(), 200U);
    if (view->index->members().front().part == base.part && view->index->revision() == feed.size())
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(live.engine().text()->index->members().front().part, base.part);
  live.expect_whole(240);
}

}  // namespace
}  // namespace concord::index
