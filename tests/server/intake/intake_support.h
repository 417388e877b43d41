// Bodies read as intake reads them, without a server. Thread class: one-owner.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/intake.h"
#include "server/intake_mapping.h"

namespace concord::test {

inline constexpr std::int64_t kReceived = 1'795'608'000'000;  // 2026-11-25T12:00:00Z

/// An item with its own copy of what it was read from.
struct ReadItem {
  server::IntakeItem item;
  std::string raw;
  [[nodiscard]] std::string code() const { return item.fault ? item.fault->code : ""; }
  [[nodiscard]] std::string pointer() const { return item.fault ? item.fault->pointer : ""; }
  [[nodiscard]] const index::EventDraft& draft() const { return item.drafts.at(0); }
  /// An attribute of the entry or profile as text; empty when there is none.
  [[nodiscard]] std::string attribute(std::string_view name) const;
};

/// Knows what it was told, and whose an anonymous id is since it was claimed.
class FakeKnown final : public server::Known {
 public:
  [[nodiscard]] bool is_known(std::string_view identity) const override {
    return known.contains(identity);
  }
  bool claim(std::string_view anonymous, std::string_view user) override {
    return owners.emplace(anonymous, user).first->second == user;
  }
  std::set<std::string, std::less<>> known;
  std::map<std::string, std::string, std::less<>> owners;
};

/// Table "tickets" (of database "desk") → an entry of kind case by its column `no`, of the customer
/// in column `email`; rows with `hidden` are not wanted, rows without `no` are faults.
class FakeMapping final : public server::IntakeMapping {
 public:
  [[nodiscard]] std::vector<std::size_t> find(const server::TableName& table,
                                              std::string_view source,
                                              std::string_view mapping) const override;
  [[nodiscard]] std::string list() const override { return "desk: tickets"; }
  [[nodiscard]] index::Result<server::MappedRow> map(std::size_t number, std::string_view row,
                                                     index::UnixMillis at) const override;
  [[nodiscard]] index::Result<server::MappedRow> unmap(std::size_t number, std::string_view row,
                                                       index::UnixMillis at) const override;
};

/// A desk to read at: ask() can be changed before reading.
class Reading {
 public:
  Reading();
  server::IntakeAsk& ask() { return ask_; }
  FakeKnown& known() { return known_; }
  void use_registry(std::vector<server::SourceRule> rules, bool closed);
  void use_mapping() { ask_.mappings = &mapping_; }

  std::vector<ReadItem> lines(std::string_view body);
  std::vector<ReadItem> document(std::string_view body);
  std::vector<ReadItem> segment(std::string_view verb, std::string_view body);
  std::vector<ReadItem> cloud(std::string_view body);
  std::vector<ReadItem> cloud_batch(std::string_view body);
  /// Of the last reading that refused the whole body.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  template <typename Read>
  std::vector<ReadItem> read(const Read& read);

  FakeKnown known_;
  FakeMapping mapping_;
  server::SourceRegistry sources_;
  index::IdentityNormaliser normaliser_;
  index::JsonReader strict_;
  index::JsonReader loose_;
  server::IntakeAsk ask_;
  std::string refusal_;
};

}  // namespace concord::test
