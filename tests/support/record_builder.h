// Published records for tests, written down entry by entry. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/snapshot/record_view.h"
#include "index/snapshot/snapshot.h"

namespace concord::test {

/// An entry in words; times in days since 1970 (kNone: absent).
struct EntrySpec {
  static constexpr double kNone = -1e9;
  index::Kind kind = index::Kind::case_;
  std::string key = "1";
  double at_day = 0;
  index::StateType state = index::StateType::unknown;
  std::string department = "service";
  std::string source = "src";
  index::Trouble trouble = index::Trouble::none;
  index::Direction direction = index::Direction::none;
  index::Purpose purpose = index::Purpose::none;
  std::string channel{}, topic{}, reason{}, status{}, brand{}, currency{};
  double due_day = kNone;
  double closed_day = kNone;
  double set_day = kNone;          // kNone: at_day
  std::int64_t amount_minor = -1;  // -1: none
  std::uint8_t priority = 0;
  bool requested = false;
  bool is_public = false;
  std::string attributes{};  // JSON object
};

struct ConsentSpec {
  std::string purpose{}, channel{}, identity{}, brand{};
  index::ConsentState state = index::ConsentState::granted;
  double at_day = 0;
  double expires_day = EntrySpec::kNone;
};

index::UnixMillis day(double days);

class RecordBuilder {
 public:
  explicit RecordBuilder(std::uint64_t id = 1, bool is_account = false);
  RecordBuilder& entry(EntrySpec spec);
  RecordBuilder& identity(std::string type, std::string value);
  RecordBuilder& consent(ConsentSpec spec);
  RecordBuilder& need(std::string need);
  RecordBuilder& attribute(std::string name, std::string value);
  RecordBuilder& language(std::string language);
  RecordBuilder& time_zone(std::string zone);
  RecordBuilder& since(double days);

  /// The record as it would be published. Keeps its bytes: the builder must outlive the view.
  index::RecordView build();
  /// A customer without accounts.
  index::Customer customer();

 private:
  index::wire::RecordT record_;
  index::wire::PortraitT portrait_;
  std::vector<EntrySpec> entries_;
  std::deque<std::vector<std::uint8_t>> bytes_;
};

}  // namespace concord::test
