// Promise: the house keeps its own rules (the style page). Method: read every file people write and
// run each rule on it. That each rule can fail is held by house_control_test.cc.
#include <gtest/gtest.h>

#include "tests/house/rules.h"

namespace concord::house {
namespace {

const Tree& repository() {
  static const Tree tree = load_tree(CONCORD_SOURCE_DIR);
  return tree;
}

void expect_none(const Findings& findings) { EXPECT_TRUE(findings.empty()) << text_of(findings); }

TEST(House, TheTreeIsRead) {
  EXPECT_NE(find(repository(), "index/base/types.h"), nullptr);
  EXPECT_NE(find(repository(), "tests/house/house_test.cc"), nullptr);
  EXPECT_NE(find(repository(), "dev"), nullptr);
}

TEST(House, IncludesFollowTheMap) { expect_none(check_include_directions(repository())); }
TEST(House, HeavyHeadersAreKnownByFew) { expect_none(check_heavy_headers(repository())); }
TEST(House, FilesAreShort) { expect_none(check_file_lengths(repository())); }
TEST(House, LinesAreShort) { expect_none(check_line_lengths(repository())); }
TEST(House, FunctionsAreShort) { expect_none(check_function_lengths(repository())); }
TEST(House, NoTabsNoCarriageReturns) { expect_none(check_white_space(repository())); }
TEST(House, HeadersNameTheirThreadClass) { expect_none(check_thread_words(repository())); }
TEST(House, HeadersAreReadOnce) { expect_none(check_pragma_once(repository())); }
TEST(House, NoMarksAreLeft) { expect_none(check_marks(repository())); }
TEST(House, TheCoreReadsNoClock) { expect_none(check_outside_world(repository())); }
TEST(House, EveryTestIsBuilt) { expect_none(check_tests_are_built(repository())); }
TEST(House, EveryFuzzTargetIsRun) { expect_none(check_fuzz_targets_are_run(repository())); }
TEST(House, EverySourceIsBuilt) { expect_none(check_sources_are_built(repository())); }
TEST(House, EveryRoomIntroducesItself) { expect_none(check_room_readmes(repository())); }

}  // namespace
}  // namespace concord::house
